// SPDX-License-Identifier: LGPL-2.1-or-later
// Changes a file's text so that toml++ can read it.
//
// toml++ 3.3 and 3.4 are undefined for most characters from U+00A1 to U+FEFF wherever they look for
// blanks (language/document.cc says how). There is no blank beyond U+FEFF, and they do not look
// further. So these characters are moved, by 0x40000, into a plane of which Unicode has assigned
// nothing, and moved back in what the library returns. The structure of TOML is ASCII, which stays;
// lines and columns, which the library counts in characters, stay as well.
#pragma once

#include <string>
#include <string_view>

namespace ringfence::policy {

/// `text` with its characters from U+0080 to U+FFFF moved. Bytes that are no UTF-8 stay, for the
/// library to report, and so does a byte order mark that it begins with.
std::string move_to_unassigned(std::string_view text);

/// Undoes it in a part of that text.
std::string move_back(std::string_view text);

/// Whether `text` begins with a character of that plane, which move_back() would take for a moved
/// one.
bool begins_with_unassigned(std::string_view text);

/// The same for the inside of a string in double quotes, where an escape can make such a character.
bool escapes_unassigned(std::string_view text);

}  // namespace ringfence::policy
