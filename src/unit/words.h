// SPDX-License-Identifier: LGPL-2.1-or-later
// The words of a setting's value, each decoded and as it was written.
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
    std::string value;      ///< unquoted and unescaped; specifiers and variables are not expanded
    std::string_view raw;   ///< as written, with quotes and escapes; points into the value
    std::size_t begin = 0;  ///< where `raw` starts
    bool relaxed = false;   ///< it has an unknown escape; systemd keeps that and warns
    bool varies = false;    ///< it has an escape that not all versions from 252 to 262 know
};

/// A quote is opened and not closed, so there is no word.
struct Unbalanced {
    std::size_t begin;  ///< where the word starts
};

/// What quotes and backslashes mean.
enum class Quoting {
    unquote,  ///< in commands and most lists: quotes are removed, escapes decoded
    plain,    ///< blanks separate words, a backslash quotes one character (flags 0)
};

/// Reads a text word by word.
class WordReader {
  public:
    /// `text` must outlive the reader and its words' `raw`.
    explicit WordReader(std::string_view text, Quoting quoting = Quoting::unquote)
        : text_(text), quoting_(quoting) {}

    /// The next word; nothing at the end. After the error Unbalanced, the reader is at the end.
    tl::expected<std::optional<Word>, Unbalanced> next();

    /// The position of the next character to read. Blanks between words are read already.
    std::size_t position() const { return at_; }
    /// Whether `token` is the next word: behind it there is a blank or the end of the text.
    bool at_token(std::string_view token) const;
    /// Steps over `token` and the blanks behind it.
    void skip_token(std::string_view token);
    bool at_end() const { return at_ >= text_.size(); }

  private:
    // What an escape means that systemd does not know.
    enum class Unknown { is_error, is_kept };
    std::optional<std::string> read(Unknown unknown);
    bool read_escape(std::string& value, Unknown unknown);
    void skip_blanks();

    std::string_view text_;
    Quoting quoting_;
    std::size_t at_ = 0;
    bool varies_ = false;  // of the word that is being read
};

/// One decoded escape sequence.
struct Escape {
    std::string bytes;
    std::size_t length = 0;  ///< of the sequence, without the backslash
    bool varies = false;     ///< some versions of systemd do not know it
};

/// Decodes the escape sequence whose backslash stands before `text`. Nothing if systemd does not
/// know the sequence.
std::optional<Escape> decode_escape(std::string_view text);

}  // namespace ringfence::unit
