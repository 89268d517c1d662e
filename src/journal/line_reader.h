// SPDX-License-Identifier: LGPL-2.1-or-later
// Lines and blocks of a stream, with a limit: a hostile line without an end takes no memory.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace ringfence::journal {

class LineReader {
  public:
    /// Above any audit record (MAX_AUDIT_MESSAGE_LENGTH is 8970) and any entry as JSON that
    /// matters.
    static constexpr std::size_t longest = 1u << 20;

    explicit LineReader(std::FILE* file) : file_(file) {}

    /// The next line without its newline; false at the end. Of a longer one the beginning.
    bool next(std::string& line);

    /// The next `size` bytes; all are read, the first `longest` are kept. False at an early end.
    bool block(std::string& bytes, std::uint64_t size);

    /// Gives `text` and a newline back, to be read next.
    void put_back(std::string_view text);

    /// The first bytes, without taking them.
    std::string_view peek();

    bool failed() const { return std::ferror(file_) != 0; }

  private:
    bool fill();

    std::FILE* file_;
    std::string buffer_;
    std::size_t at_ = 0;
};

}  // namespace ringfence::journal
