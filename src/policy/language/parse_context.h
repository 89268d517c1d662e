// SPDX-License-Identifier: LGPL-2.1-or-later
// What the readers of the tables share: the policy that they fill, the problems found so far, and
// checks of a value's type that add to them. Private to this folder.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "landlock/rights.h"
#include "policy/language/document.h"
#include "policy/language/parse.h"
#include "policy/language/schema.h"
#include "policy/model/policy.h"

namespace ringfence::policy {

/// The roles whose files may have a key, as bits.
enum : unsigned {
    in_policy = 1u << static_cast<unsigned>(Role::policy),
    in_abstraction = 1u << static_cast<unsigned>(Role::abstraction),
    in_drop_in = 1u << static_cast<unsigned>(Role::drop_in),
    in_defaults = 1u << static_cast<unsigned>(Role::defaults),
    in_named = in_policy | in_drop_in,
    in_any = in_named | in_abstraction,
};

struct ParseContext {
    Policy& policy;
    Problems& problems;
    Ruleset& rules;  ///< the tables that are being read: the policy's own, or a layer's
    RulesetOf ruleset_of = RulesetOf::policy;

    void problem(const Location& where, std::string message, std::string hint = {}) {
        problems.add(where, std::move(message), std::move(hint));
    }
    bool full() const { return problems.full(); }
};

/// A key of one table, who reads its value, and what the value must look like.
struct TableKey {
    std::string name;
    unsigned roles = in_any;
    std::function<void(ParseContext&, const Entry&)> read;
    std::function<Schema(Role)> schema;
    std::string help;          ///< one line, for editors
    unsigned required = 0;     ///< the roles whose files must have it
    std::string missing = {};  ///< the hint for a file that does not have it
};

using TableKeys = std::vector<TableKey>;

/// The schema that `make()` gives, whatever the role. It is made when it is asked for: reading a
/// policy needs none.
template <class Make>
std::function<Schema(Role)> fixed(Make make) {
    return [make](Role) { return make(); };
}
/// A table with those of the keys that a file of this role may have.
Schema table_schema(const TableKeys& keys, Role role);

/// Reads each entry of `table` by its row in `keys`, and adds a problem for each key that is
/// unknown, has no place in a file of this role, or is missing. `title` is "[filesystem]", say, or
/// "the top level".
void read_table(ParseContext& context, const Value& table, const TableKeys& keys,
                std::string_view title);

/// The entry's value when it has this type; otherwise adds a problem and returns nullptr.
const Value* as_table(ParseContext& context, const Entry& entry);
const std::string* as_string(ParseContext& context, const Entry& entry);
const bool* as_bool(ParseContext& context, const Entry& entry);
/// The elements that are strings; adds a problem for each that is not.
std::vector<Located<std::string>> strings(ParseContext& context, const Entry& entry);
/// The elements of an array; adds a problem and returns none when the value is not an array.
const std::vector<Value>& elements(ParseContext& context, const Entry& entry);

/// Whether the text has no control characters; adds a problem when it has.
bool is_line(ParseContext& context, const std::string& text, const Location& where);

/// The right of `family` with this name; adds a problem and returns nullptr when there is none.
const landlock::Right* find_right(ParseContext& context, const Located<std::string>& name,
                                  landlock::Family family);

/// A table that a policy and its layers have, with other keys in a layer.
struct RulesetTable {
    std::string_view name;  ///< "filesystem"
    TableKeys of_policy;
    TableKeys of_layer;
};

/// Reads [NAME] of a policy, or [layer.NAME]. Returns false, and adds a problem, when the value is
/// not a table.
bool read_ruleset_table(ParseContext& context, const Entry& entry, const RulesetTable& table);

// The readers of the tables; each has a file of its own.
void read_filesystem(ParseContext& context, const Entry& entry);
void read_network(ParseContext& context, const Entry& entry);
void read_scope(ParseContext& context, const Entry& entry);
void read_systemd(ParseContext& context, const Entry& entry);
void read_check(ParseContext& context, const Entry& entry);
void read_capabilities(ParseContext& context, const Entry& entry);

/// A list of paths without rights: `quiet`, `remove`.
std::vector<ListedPath> read_paths(ParseContext& context, const Entry& entry);

// The schemas of what they read, for schema_of().
Schema filesystem_schema(RulesetOf of, Role role);
Schema network_schema(RulesetOf of, Role role);
Schema scope_schema(Role role);
Schema systemd_schema();
Schema check_schema();
Schema capabilities_schema();
Schema path_list_schema();

/// The keys of the top level that are not tables: `version`, `abi`, `extends`, …
TableKeys setting_keys();

/// The table that has the key `key`, for a hint about a key in the wrong table; empty when no table
/// has it.
std::string home_of(const std::string& key);

}  // namespace ringfence::policy
