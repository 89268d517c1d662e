// SPDX-License-Identifier: LGPL-2.1-or-later
// Finds records that were read before from another place.
//
// Without an audit daemon, the kernel sends each record to journald and writes it to its log as
// well, which journald reads, too. A syslog daemon may write one message to several files. Such
// records must count once. But one place may have the same record several times: a system call that
// is denied the same twice is one event with two equal records. So each place may have as many as
// the place with the most.
#pragma once

#include <cstdint>
#include <deque>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ringfence::journal {

class Copies {
  public:
    /// Records that are more than `window` records apart are not compared.
    static constexpr std::size_t default_window = 16384;

    explicit Copies(std::size_t window = default_window) : window_(window) {}

    enum class Verdict : std::uint8_t {
        first,     ///< count it
        copy,      ///< it was counted
        complete,  ///< a copy of one that was cut
    };

    /// Adds a record of the place with this number. `event` identifies the record's event.
    Verdict add(std::size_t place, std::uint64_t event, std::string_view text, bool cut = false);

  private:
    struct Row {
        std::vector<std::uint32_t> read;  // by place
        std::uint32_t counted = 0;
        bool cut = false;
    };

    std::size_t window_;
    std::unordered_map<std::uint64_t, Row> rows_;
    std::deque<std::uint64_t> order_;
};

}  // namespace ringfence::journal
