// SPDX-License-Identifier: LGPL-2.1-or-later
// What the readers of the single tables share: the policy that grows, the problems found so far,
// and checks of a value's type that add to them. Private to this folder.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "landlock/rights.h"
#include "policy/document.h"
#include "policy/policy.h"
#include "policy/shape.h"

namespace ringfence::policy {

/// The roles that may have a key, as bits.
enum : unsigned {
    in_policy = 1u << static_cast<unsigned>(Role::policy),
    in_abstraction = 1u << static_cast<unsigned>(Role::abstraction),
    in_drop_in = 1u << static_cast<unsigned>(Role::drop_in),
    in_defaults = 1u << static_cast<unsigned>(Role::defaults),
    in_named = in_policy | in_drop_in,
    in_any = in_named | in_abstraction,
};

struct Context {
    Policy& policy;
    Ruleset* rules;  ///< the table set that is being read: the policy's own, or a layer's
    bool in_layer;
    Diagnostics& problems;

    void problem(const Location& where, std::string message, std::string hint = {}) {
        if (!full()) problems.push_back({where, std::move(message), std::move(hint)});
    }
    /// No use in looking for a hint any more.
    bool full() const { return problems.size() >= most_problems; }
};

/// A key of one table, who reads its value, and what that looks like.
struct Key {
    std::string name;
    unsigned roles = in_any;
    std::function<void(Context&, const Entry&)> read;
    std::function<Shape(Role)> shape;
    std::string help;          ///< one line, for editors
    unsigned required = 0;     ///< the roles that must have it
    std::string missing = {};  ///< the hint where it is not there
};

using Keys = std::vector<Key>;

/// The shape that `make()` gives, in every role. Made when it is asked for: who reads a policy
/// wants none.
template <class Make>
std::function<Shape(Role)> fixed(Make make) {
    return [make](Role) { return make(); };
}
/// A table of these keys, as far as a role has them.
Shape table_shape(const Keys& keys, Role role);

/// Reads all entries of `table` with their keys. `title` is "[filesystem]" or "the top level".
void read_table(Context& context, const Value& table, const Keys& keys, std::string_view title);

/// The entry's value when it is a table; a problem and nullptr otherwise.
const Value* as_table(Context& context, const Entry& entry);
const std::string* as_string(Context& context, const Entry& entry);
const bool* as_bool(Context& context, const Entry& entry);
/// The elements, when all of them are strings; a problem a wrong one, which is left out.
std::vector<Located<std::string>> strings(Context& context, const Entry& entry);
/// The elements of an array; none and a problem when it is none.
const std::vector<Value>& elements(Context& context, const Entry& entry);

/// The text of a line: no control characters. A problem and false otherwise.
bool is_line(Context& context, const std::string& text, const Location& where);

/// A right of `family` by its name; a problem and nullptr otherwise.
const landlock::Right* find_right(Context& context, const Located<std::string>& name,
                                  landlock::Family family);

/// "[network]", or "[layer.network]" in a layer.
std::string title_of(const Context& context, std::string_view table);

// One reader a table, each in a file of its own.
void read_filesystem(Context& context, const Entry& entry);
void read_network(Context& context, const Entry& entry);
void read_scope(Context& context, const Entry& entry);
void read_systemd(Context& context, const Entry& entry);
void read_check(Context& context, const Entry& entry);

/// A list of paths without rights: `quiet`, `remove`.
std::vector<PathEntry> read_paths(Context& context, const Entry& entry);

// What those read, for shape_of().
Shape filesystem_shape(bool in_layer, Role role);
Shape network_shape(bool in_layer, Role role);
Shape scope_shape(Role role);
Shape systemd_shape();
Shape check_shape();
Shape path_list_shape();

/// Which table knows `key`, for a hint at one that stands in the wrong place; empty when none does.
std::string home_of(const std::string& key);

}  // namespace ringfence::policy
