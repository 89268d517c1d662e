// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/lines.h"

#include <algorithm>

#include "base/utf8.h"

namespace ringfence::unit {

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

// The kinds of end-of-line markers, as bits. Adjacent markers of different kinds are one line end.
unsigned marker_kind(char c) {
    switch (c) {
        case '\n':
            return 1;
        case '\r':
            return 2;
        case '\0':
            return 4;
        default:
            return 0;
    }
}

// Steps over one line end: "\n", "\r\n" or "\n\r", each maybe with a NUL behind it, or a NUL alone.
std::size_t skip_line_end(std::string_view text, std::size_t at) {
    unsigned seen = 0;
    while (at < text.size()) {
        const unsigned kind = marker_kind(text[at]);
        if (kind == 0 || (seen & 4) != 0 || (seen & kind) != 0) break;
        seen |= kind;
        ++at;
    }
    return at;
}

bool is_comment(std::string_view line) {
    const std::size_t first = line.find_first_not_of(whitespace);
    return first != std::string_view::npos && (line[first] == '#' || line[first] == ';');
}

bool ends_in_escape(std::string_view text) {
    if (!text.ends_with('\\')) return false;
    bool escaped = false;
    for (const char c : text)
        escaped = !escaped && c == '\\';
    return escaped;
}

// Turns physical lines into logical ones.
class Joiner {
  public:
    Joiner(SharedText file, LogicalLines& out) : file_(std::move(file)), out_(out) {}

    void add(std::string_view line) {
        ++number_;
        if (line.size() >= line_max) return stop("this line is longer than 1 MiB");
        if (is_comment(line)) return;
        unsigned column = 1;
        if (!mark_seen_ && line.substr(0, byte_order_mark.size()) == byte_order_mark) {
            mark_seen_ = true;
            line.remove_prefix(byte_order_mark.size());
            column = 1 + byte_order_mark.size();
        }
        if (open_ && text_.text().size() + line.size() > line_max)
            return stop("this line and the lines that it continues are together longer than 1 MiB");
        text_.append(line, number_, column);
        open_ = ends_in_escape(text_.text());
        if (open_)
            text_.blank_last();
        else
            flush();
    }

    void finish() {
        if (open_) flush();
    }

  private:
    void flush() {
        (out_.fatal ? out_.lost : out_.lines).push_back(std::move(text_));
        text_ = SourceText();
        open_ = false;
    }

    void stop(std::string why) {
        if (!out_.fatal)
            out_.fatal = Diagnostic{
                {file_, number_, 0}, std::move(why), "systemd reads the file up to here"};
        text_ = SourceText();
        open_ = false;
    }

    SharedText file_;
    LogicalLines& out_;
    SourceText text_;
    unsigned number_ = 0;
    bool open_ = false;
    bool mark_seen_ = false;
};

// Unicode's noncharacters: U+FDD0 to U+FDEF, and the last two codes of each plane.
bool is_noncharacter(char32_t code) {
    return (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) == 0xfffe;
}

}  // namespace

void SourceText::append(std::string_view text, unsigned line, unsigned column) {
    const Anchor anchor = {text_.size(), line, column};
    if (first_)
        others_.push_back(anchor);
    else
        first_ = anchor;
    text_.append(text);
}

const SourceText::Anchor& SourceText::anchor_of(std::size_t offset) const {
    const auto after =
        std::upper_bound(others_.begin(), others_.end(), offset,
                         [](std::size_t value, const Anchor& a) { return value < a.offset; });
    return after == others_.begin() ? *first_ : *(after - 1);
}

Location SourceText::at(std::size_t offset, const SharedText& file) const {
    if (!first_) return {file, 0, 0};
    const Anchor& anchor = anchor_of(offset);
    return {file, anchor.line, anchor.column + static_cast<unsigned>(offset - anchor.offset)};
}

SourceText SourceText::slice(std::size_t begin, std::size_t end) const {
    SourceText part;
    if (!first_) return part;
    part.text_ = text_.substr(begin, end - begin);
    const Anchor& first = anchor_of(begin);
    part.first_ = {0, first.line, first.column + static_cast<unsigned>(begin - first.offset)};
    for (const Anchor& anchor : others_)
        if (anchor.offset > begin && anchor.offset < end)
            part.others_.push_back({anchor.offset - begin, anchor.line, anchor.column});
    return part;
}

LogicalLines split_lines(std::string_view text, const SharedText& file) {
    LogicalLines out;
    Joiner joiner(file, out);
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && marker_kind(text[end]) == 0)
            ++end;
        joiner.add(text.substr(at, end - at));
        at = skip_line_end(text, end);
    }
    joiner.finish();
    return out;
}

bool is_text_for_systemd(std::string_view text) {
    const bool ascii = std::all_of(text.begin(), text.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (ascii) return true;
    while (!text.empty()) {
        const Character character = first_character(text);
        if (character.length == 0 || is_noncharacter(character.code)) return false;
        text.remove_prefix(character.length);
    }
    return true;
}

Span strip(std::string_view text, Span within) {
    while (within.begin < within.end &&
           whitespace.find(text[within.begin]) != std::string_view::npos)
        ++within.begin;
    while (within.end > within.begin &&
           whitespace.find(text[within.end - 1]) != std::string_view::npos)
        --within.end;
    return within;
}

}  // namespace ringfence::unit
