// SPDX-License-Identifier: LGPL-2.1-or-later
// Errors that say what failed, on what, why, and what to do about it.
//
// Library code returns them and never prints; only a program's main renders them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "base/shared_text.h"

namespace ringfence {

/// A position in a text file. Lines and columns count from 1; 0 means "not known".
/// Columns count bytes, as compilers and editors' jump-to-error do.
struct Location {
    SharedText file;
    unsigned line = 0;
    unsigned column = 0;

    bool operator==(const Location&) const = default;
};

/// One problem. `message` is one sentence without a final full stop that names the offending text;
/// `hint` (may be empty) says what to do. Both are plain text without terminal escapes.
struct Diagnostic {
    Location where;
    std::string message;
    std::string hint;

    bool operator==(const Diagnostic&) const = default;
};

/// All the problems of one run; never empty where it is used as an error.
using Diagnostics = std::vector<Diagnostic>;

/// A value, or the reasons why there is none.
template <class T>
using Result = tl::expected<T, Diagnostics>;

/// Makes the error of a Result from one diagnostic.
tl::unexpected<Diagnostics> fail(Diagnostic diagnostic);
tl::unexpected<Diagnostics> fail(SharedText file, std::string message, std::string hint = {});

/// "FILE:LINE:COLUMN" with the unknown parts left out.
std::string to_string(const Location& where);

/// "FILE:LINE:COLUMN: MESSAGE; HINT" on one line.
std::string to_string(const Diagnostic& diagnostic);

/// Optimal string alignment: the Levenshtein distance, in which two swapped neighbours (the
/// commonest typing mistake) count as one edit. It needs time and memory of length times length.
std::size_t edit_distance(const std::string& a, const std::string& b);

/// The nearest of `candidates` for a "did you mean" hint; empty when none is near (edit distance
/// above a third of the word's length), and for words over 256 bytes.
std::string nearest(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace ringfence
