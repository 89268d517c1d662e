// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads the journal's export format and its JSON, entry by entry.
#include <cerrno>
#include <cstring>
#include <system_error>

#include "journal/audit_line.h"
#include "journal/line_reader.h"
#include "journal/spool.h"

namespace ringfence::journal {

namespace {

constexpr std::string_view journal_magic = "LPKSHHRH";
constexpr char record_separator = '\x1e';  // RFC 7464

bool is_field_character(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

tl::unexpected<Diagnostics> read_error(const Input& input) {
    return fail(input.name, "cannot read: " + std::system_category().message(errno));
}

// Whether any entry of a text is one of a journal. journalctl writes the time of each.
class EntriesSeen {
  public:
    explicit EntriesSeen(const Spool& spool)
        : spool_(spool), kept_(spool.position()), unreadable_(spool.unreadable()) {}
    void add(const Entry& entry) {
        any_ = true;
        timed_ = timed_ || entry.time != Time{};
    }
    /// Nothing is, and nothing else tells so.
    bool none() const {
        return any_ && !timed_ && spool_.position() == kept_ && spool_.unreadable() == unreadable_;
    }

  private:
    const Spool& spool_;
    std::uint64_t kept_, unreadable_;
    bool any_ = false, timed_ = false;
};

// Reads fields of the export format. A field is NAME=VALUE in a line, or a line NAME, a size (64
// bits, little endian), so many bytes and a newline.
class ExportReader {
  public:
    ExportReader(LineReader& lines, Spool& spool, EntriesSeen& seen)
        : lines_(lines), spool_(spool), seen_(seen) {}

    Result<void> read() {
        std::string line;
        while (lines_.next(line)) {
            if (line.empty()) {
                if (auto done = finish(); !done) return done;
            } else if (!take(line)) {
                spool_.add_unreadable();
            }
        }
        return finish();
    }

  private:
    bool take(const std::string& line) {
        const std::size_t equals = line.find('=');
        any_ = true;
        if (equals != std::string::npos) {
            const std::string_view text = line;
            set_exported(entry_, text.substr(0, equals), text.substr(equals + 1));
            return true;
        }
        std::string size, value, newline;
        if (!lines_.block(size, 8)) return false;
        std::uint64_t bytes = 0;
        for (std::size_t i = 8; i-- > 0;)
            bytes = bytes << 8 | static_cast<unsigned char>(size[i]);
        if (!lines_.block(value, bytes) || !lines_.block(newline, 1) || newline != "\n")
            return false;
        set_exported(entry_, line, value);
        return true;
    }

    Result<void> finish() {
        if (!any_) return {};
        seen_.add(entry_);
        auto done = spool_.add(entry_);
        entry_.clear();
        any_ = false;
        return done;
    }

    LineReader& lines_;
    Spool& spool_;
    EntriesSeen& seen_;
    Entry entry_;
    bool any_ = false;
};

// For example of "journalctl -o json-pretty", whose entries have several lines.
void add_line_without_entry(std::string_view line, Spool& spool) {
    if (looks_like_denial(line))
        spool.add_unread();
    else
        spool.add_unreadable();
}

Result<void> read_json(LineReader& lines, const ParseJson& parse_json, Spool& spool,
                       EntriesSeen& seen) {
    std::string line;
    Entry entry;
    while (lines.next(line)) {
        std::string_view text = line;
        if (text.starts_with(record_separator)) text.remove_prefix(1);
        if (text.empty()) continue;
        entry.clear();
        if (!parse_json(text, entry)) {
            add_line_without_entry(text, spool);
            continue;
        }
        seen.add(entry);
        if (auto done = spool.add(entry); !done) return done;
    }
    return {};
}

}  // namespace

Format format_of(std::string_view first_bytes) {
    if (first_bytes.empty()) return Format::empty;
    if (first_bytes.starts_with(journal_magic)) return Format::journal;
    if (first_bytes.starts_with('{') || first_bytes.starts_with(record_separator))
        return Format::json;
    std::size_t at = 0;
    while (at < first_bytes.size() && is_field_character(first_bytes[at]))
        ++at;
    // Field names do not begin with a digit. A name may be longer than these bytes.
    const bool named =
        at > 0 && (first_bytes.front() < '0' || first_bytes.front() > '9') &&
        (at == first_bytes.size() || first_bytes[at] == '=' || first_bytes[at] == '\n');
    return named ? Format::export_text : Format::log;
}

Result<void> read_text(const Input& input, const ParseJson& parse_json, Spool& spool) {
    LineReader lines(input.file);
    const std::string_view first = lines.peek();
    EntriesSeen seen(spool);
    Result<void> done;
    switch (format_of(first)) {
        case Format::export_text:
            done = ExportReader(lines, spool, seen).read();
            break;
        case Format::json:
            done = read_json(lines, parse_json, spool, seen);
            break;
        case Format::empty:  // an empty journal
            break;
        default:
            return fail(input.name, "is neither journal export text nor JSON",
                        "make it with \"journalctl -o export\" or \"journalctl -o json\"");
    }
    if (done && lines.failed()) return read_error(input);
    if (done && input.problem)
        if (std::string problem = input.problem(); !problem.empty())
            return fail(input.name, std::move(problem));
    if (done && seen.none())
        return fail(input.name, "holds no journal entry: nothing in it has a time",
                    "make it with \"journalctl -o export\" or \"journalctl -o json\"");
    return done;
}

}  // namespace ringfence::journal
