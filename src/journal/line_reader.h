// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads lines and blocks of a stream, with a limit, so that a hostile line without an end does not
// use up the memory.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace ringfence::journal {

class LineReader {
  public:
    /// More than any audit record (MAX_AUDIT_MESSAGE_LENGTH is 8970) and any JSON entry that a
    /// review needs.
    static constexpr std::size_t longest = 1u << 20;

    explicit LineReader(std::FILE* file) : file_(file) {}

    /// Reads the next line, without its newline. Of a line that is too long, only the beginning is
    /// kept. False at the end.
    bool next(std::string& line);

    /// Reads the next `size` bytes and keeps the first `longest` of them. False if the stream ends
    /// before.
    bool block(std::string& bytes, std::uint64_t size);

    /// Puts back `text` and a newline, which are then read next.
    void put_back(std::string_view text);

    /// The first bytes. They are not taken.
    std::string_view peek();

    bool failed() const { return std::ferror(file_) != 0; }

  private:
    bool fill();

    std::FILE* file_;
    std::string buffer_;
    std::size_t at_ = 0;
};

}  // namespace ringfence::journal
