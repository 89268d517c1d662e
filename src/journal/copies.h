// SPDX-License-Identifier: LGPL-2.1-or-later
// Finds records that were read before from another place.
//
// Without an audit daemon, the kernel sends each record to journald and writes it to its log as
// well, which journald reads, too. A syslog daemon may write one message to several files. Such
// records must count once. But one place may have the same record several times: a system call that
// is denied the same twice is one event with two equal records. So each place may have as many as
// the place with the most.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ringfence::journal {

class Copies {
  public:
    /// Records that are more than `window` records apart are not compared.
    static constexpr std::size_t default_window = 16384;

    explicit Copies(std::size_t window = default_window);

    enum class Verdict : std::uint8_t {
        first,     ///< count it
        copy,      ///< it was counted
        complete,  ///< a copy of one that was cut
    };

    /// Adds a record of the place with this number. `event` identifies the record's event.
    Verdict add(std::size_t place, std::uint64_t event, std::string_view text, bool cut = false);

  private:
    // Most records are in one place or two, and need no further memory.
    struct Row {
        std::uint32_t read[2] = {};        // by place
        std::vector<std::uint32_t> other;  // by further places
        std::uint32_t counted = 0;
        bool cut = false;

        std::uint32_t& read_of(std::size_t place);
    };

    std::unordered_map<std::uint64_t, Row> rows_;
    std::vector<std::uint64_t> order_;  // a ring of keys
    std::size_t oldest_ = 0;
    std::size_t window_;
};

}  // namespace ringfence::journal
