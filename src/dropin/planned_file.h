// SPDX-License-Identifier: LGPL-2.1-or-later
// The decision about one unit, and the file that the generator writes to carry it out.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/diagnostic.h"
#include "dropin/attachment.h"
#include "policy/model/rules.h"
#include "unit/unit.h"

namespace ringfence::dropin {

struct DropinFile {
    std::string path;  ///< below the generator's directory: "nginx.service.d/~ringfence.conf"
    std::string text;
};

/// The inputs of a fence, and the rules that it enforces.
struct FenceSource {
    unit::Unit unit;
    Attachment attachment;
    policy::Rules written;   ///< from the policies and the unit's X-Landlock settings
    policy::Rules enforced;  ///< with the rules that the unit inherits
};

/// The unit starts behind its fence.
struct Fenced {
    DropinFile file;
    std::string policy;                         ///< the names of its policies, joined with "+"
    std::string digest;                         ///< policy::digest() of the written rules
    std::shared_ptr<const FenceSource> source;  ///< nullptr in a plan with Detail::text
};

/// The unit does not start. The drop-in says why.
struct Refused {
    DropinFile file;
    Diagnostics reasons;
    bool unseen = false;  ///< because another generator makes its unit file
};

/// There is no path for a drop-in that is for this unit alone and comes last. A link to /dev/null
/// keeps systemd from loading the unit.
struct Masked {
    Diagnostics reasons;
};

/// The fence of a template is not for this instance. A file without effect takes the place of the
/// template's drop-in.
struct Open {
    DropinFile file;
};

struct PlannedFile {
    using Decision = std::variant<Fenced, Refused, Masked, Open>;

    std::string unit;  ///< its principal name
    Decision decision;
    /// Of an instance: its other names. They must be masked as well, because an alias may lead to
    /// the template's file, past a mask of the principal name.
    std::vector<std::string> other_names = {};

    /// The drop-in to write; nullptr if the unit is masked.
    const DropinFile* dropin() const;
    /// Why the unit will not start; empty if it will start.
    const Diagnostics& reasons() const;

    const Fenced* fenced() const { return std::get_if<Fenced>(&decision); }
    bool is_masked() const { return std::holds_alternative<Masked>(decision); }
    bool is_open() const { return std::holds_alternative<Open>(decision); }
};

/// "fenced", "refused", "masked", "open": in the generator's stamp and in JSON.
const char* name_of(const PlannedFile::Decision& decision);

}  // namespace ringfence::dropin
