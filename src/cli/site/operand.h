// SPDX-License-Identifier: LGPL-2.1-or-later
// What a word of the command line means. It means the same for every verb, but a verb need not
// accept all kinds.
#pragma once

#include <string>
#include <vector>

#include "base/diagnostic.h"
#include "cli/site/site.h"
#include "policy/resolve/resolve.h"
#include "unit/name.h"

namespace ringfence::cli {

struct Operand {
    enum class Kind {
        standard_input,  ///< "-"
        directory,       ///< it has a "/" and is one
        file,            ///< it has a "/", or ends in ".toml" or ".json"
        unit,            ///< it ends in ".service"
        name,            ///< a policy, several policies ("nginx+site"), or a unit ("nginx")
    };
    Kind kind = Kind::name;
    std::string text;  ///< as it was given

    bool is_file() const { return kind == Kind::file || kind == Kind::standard_input; }
};

Operand read_operand(const std::string& word);

/// The service that a word names: "nginx" means "nginx.service". Errors: the word cannot be the
/// name of a service.
Result<unit::ServiceName> service_name(const std::string& word);

/// The policies that a word names: "nginx+site" names two.
std::vector<policy::Name> policies_in(const std::string& word);

/// A policy that is given as a file or on standard input.
struct PolicyFile {
    std::string name;       ///< of the file, without ".toml" or ".json"; "stdin"
    std::string file;       ///< as it was given; "<stdin>"
    std::string directory;  ///< absolute; empty for standard input
    std::string text;
};

/// Reads an operand that is_file(). Errors: it cannot be read, or it is too long.
Result<PolicyFile> read_policy_file(const Operand& operand);

/// The rules of an operand of the kind file, standard_input, unit or name.
struct NamedRules {
    std::string name;
    policy::Rules rules;
};

enum class DropIns {
    read,    ///< of a file, too: its directory comes first in the search path
    ignore,  ///< only the text of a file counts
};

/// Resolves an operand. The drop-ins of installed policies are always read. What a file extends is
/// looked for in the file's directory first, then in the search path. `beside` is that directory
/// for standard input. Paths of files are the caller's and not below the site's root.
/// Errors: there is no such policy, or the policy has errors.
Result<NamedRules> resolve_policy(const Site& site, const Operand& operand, DropIns drop_ins,
                                  const std::string& beside = {});

/// The search path of a policy file in `directory`. The directory itself comes first, unless the
/// site has another root than the caller.
policy::SearchPath search_beside(const Site& site, const std::string& directory);

}  // namespace ringfence::cli
