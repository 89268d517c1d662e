// SPDX-License-Identifier: LGPL-2.1-or-later
// Words of a setting's value, each with its decoded value and the very text it was written as.
//
// Source: extract_first_word() in systemd's src/basic/extract-word.c with EXTRACT_UNQUOTE and
// EXTRACT_CUNESCAPE, and cunescape_one() in src/basic/escape.c.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace ringfence::unit {

struct Word {
    std::string value;      ///< unquoted and unescaped; specifiers and $ are still in it
    std::string_view raw;   ///< as written, quotes and escapes included; points into the value
    std::size_t begin = 0;  ///< where `raw` starts
    bool relaxed = false;   ///< has an unknown escape, which systemd keeps as it is and warns about
    bool varies = false;    ///< has an escape that not all of systemd 252 to 262 know
};

/// A quote that is opened and not closed: no word can be made.
struct Unbalanced {
    std::size_t begin;  ///< where the word starts
};

/// How quotes and backslashes are taken.
enum class Quoting {
    unquote,  ///< quotes join and vanish, escapes are decoded: commands and most lists
    plain,    ///< split at whitespace only, a backslash takes the next character literally: flags 0
};

/// Takes words off a text, one at a time.
class WordReader {
  public:
    /// `text` must outlive the reader and its words' `raw`.
    explicit WordReader(std::string_view text, Quoting quoting = Quoting::unquote)
        : text_(text), quoting_(quoting) {}

    /// The next word; nothing at the end. After Unbalanced the reader is at the end.
    tl::expected<std::optional<Word>, Unbalanced> next();

    /// The position of the next character that was not read, after whitespace between words.
    std::size_t position() const { return at_; }
    /// Whether the text at the position is `token` standing alone, that is before a blank or the
    /// end.
    bool at_token(std::string_view token) const;
    /// Steps over `token` and the blanks behind it.
    void skip_token(std::string_view token);
    bool at_end() const { return at_ >= text_.size(); }

  private:
    std::optional<std::string> read(bool relax);
    bool read_escape(std::string& value, bool relax);
    void skip_blanks();

    std::string_view text_;
    Quoting quoting_;
    std::size_t at_ = 0;
    bool varies_ = false;  // the word that is being read
};

/// One decoded escape sequence.
struct Escape {
    std::string bytes;
    std::size_t length = 0;  ///< of the sequence behind the backslash
    bool varies = false;     ///< unknown to some systemd
};

/// Decodes the sequence that starts behind a backslash; nothing for one that systemd does not know.
std::optional<Escape> decode_escape(std::string_view text);

}  // namespace ringfence::unit
