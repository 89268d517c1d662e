// SPDX-License-Identifier: LGPL-2.1-or-later
// The drop-ins of `ringfence enable --static`: how they are recognized and checked. The generator
// leaves a unit alone that has one, so it must be certain that the file is a fence.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/diagnostic.h"
#include "dropin/render.h"
#include "unit/unit.h"

namespace ringfence::dropin {

/// Whether a drop-in begins with the first line of what ringfence writes.
bool has_own_header(std::string_view text);

/// Whether the file has the name and the first line of such a drop-in.
bool is_static_dropin(const unit::Dropin& dropin, std::string_view text);

/// The texts joined, with a line between them that has their checksum.
std::string with_checksum(const std::string& head, const std::string& body);
/// Whether a text has the line, and nobody changed the text since.
bool has_checksum(std::string_view text);

/// Why a static drop-in is no fence: it was written or changed by somebody else, or a command in it
/// does not run through the wrapper. `file`: the parsed text.
std::optional<Diagnostic> problem_with_static(const unit::UnitFile& file, std::string_view text,
                                              const std::string& unit, const Wrapper& wrapper);

}  // namespace ringfence::dropin
