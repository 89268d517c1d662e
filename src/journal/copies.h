// SPDX-License-Identifier: LGPL-2.1-or-later
// Finds records that were read before from another place.
//
// Without an audit daemon, the kernel sends each record to journald and writes it to its log as
// well, which journald reads, too. A syslog daemon may write one message to several files. Such
// records must count once. But one place may have the same record several times: a system call that
// is denied the same twice is one event with two equal records. So each place may have as many as
// the place with the most.
//
// Whoever can write to one of the places knows the text, the time and the serial number of other
// services' records. So records are copies only if all of this is equal. The only exception is a
// record that was cut: it is a copy of one that begins with it. What is not proved never takes the
// place of what is proved. If the memory does not suffice, a record counts twice and is not lost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "journal/event.h"

namespace ringfence::journal {

class Copies {
  public:
    /// So many different records are compared, and so many bytes of them are kept.
    static constexpr std::size_t default_window = 16384;
    static constexpr std::size_t default_bytes = 16u << 20;

    explicit Copies(std::size_t window = default_window, std::size_t bytes = default_bytes)
        : window_(window), most_bytes_(bytes) {}

    struct Record {
        std::size_t place = 0;  ///< the number of the place that it was read from
        EventId event;
        std::string_view text;    ///< with its type
        std::string_view host{};  ///< empty if unknown, which may be any host
        bool cut = false;         ///< its end is missing
        bool proved = true;       ///< nobody else can write to that place
        std::uint64_t mark = 0;   ///< what the caller calls it
    };

    enum class Verdict : std::uint8_t {
        first,   ///< count it
        copy,    ///< it was counted
        better,  ///< it was counted, but that one was cut or not proved: it takes its place
    };
    struct Answer {
        Verdict verdict = Verdict::first;
        std::uint64_t replaced = 0;  ///< better: the mark of the one whose place it takes
    };

    Answer add(const Record& record);

  private:
    // Records that were cut come first in an event.
    struct Key {
        EventId event;
        bool complete = true;
        std::string text;

        auto operator<=>(const Key&) const = default;
    };
    // Equal records of one host.
    struct Row {
        std::string host;
        std::vector<std::uint32_t> read;   // by place
        std::vector<std::uint64_t> marks;  // of those that count, the proved ones first
        std::size_t proved = 0;            // so many of them are
        std::uint64_t age = 0;
        std::size_t bytes = 0;

        std::uint32_t& read_of(std::size_t place);
        /// Whether this place may have a copy of one of them.
        bool has_copy_for(const Record& record) const;
        bool is_of(std::string_view other_host) const;
        void add(std::uint64_t mark, bool is_proved);
        /// Takes out one of them, with what was read of it.
        Row take(std::size_t which);
    };
    using Rows = std::multimap<Key, Row>;

    Rows::iterator find_equal(const Key& key, const Record& record);
    Rows::iterator find_by_beginning(const Key& key, const Record& record);
    Answer start(Key&& key, const Record& record);
    Answer join(Rows::iterator found, Key&& key, const Record& record);
    void insert(Key&& key, Row&& row);
    void erase(Rows::iterator row);
    void account(Rows::iterator row);
    void forget_oldest();

    Rows rows_;
    std::map<std::uint64_t, Rows::iterator> by_age_;
    std::uint64_t next_age_ = 0;
    std::size_t bytes_ = 0;
    std::size_t window_, most_bytes_;
};

}  // namespace ringfence::journal
