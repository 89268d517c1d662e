// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/landlockd.h"

#include <algorithm>
#include <functional>
#include <map>

#include <fmt/format.h>

#include "landlock/groups.h"
#include "landlock/rights.h"
#include "policy/path_text.h"

namespace ringfence::policy {

namespace {

using landlock::Access;
using landlock::Family;

// Its files name the rights of this ABI and older.
constexpr int landlockd_abi = 5;
constexpr Access refer_right = landlock::access_of("fs.refer");
constexpr Access broker_read = landlock::access_of("fs.read_file");
constexpr Access broker_write =
    landlock::access_of("fs.write_file") | landlock::access_of("fs.truncate");

constexpr std::string_view own_tables[] = {"fs_layer", "net",     "seccomp",
                                           "mount",    "runtime", "broker"};

// System calls without which a program cannot be started: the filter holds for the wrapper, too.
constexpr std::string_view needed_to_start[] = {"openat"};

Access group_named(std::string_view key) {
    for (const landlock::PathGroup& group : landlock::path_groups)
        if (key == group.key) return group.access;
    return {};
}

bool below(std::string_view path, std::string_view directory) {
    return path == directory || (path.size() > directory.size() && path.starts_with(directory) &&
                                 path[directory.size()] == '/');
}

std::string doubled(std::string_view path) {
    std::string out;
    for (const char c : path)
        out.append(c == '%' || c == '$' ? 2 : 1, c);
    return out;
}

/// A path as a word of a directive: specifiers escaped, quoted where it has blanks.
std::string directive_path(std::string_view path) {
    std::string out;
    for (const char c : path) {
        if (c == '%' || c == '\\') out += c;
        if (c == ':') out += '\\';
        out += c;
    }
    return out.find_first_of(" \t\"'") == std::string::npos ? out : '"' + out + '"';
}

class LandlockdReader {
  public:
    explicit LandlockdReader(const std::string& file) : file_(file) {}

    Draft read(const Value& root) {
        draft_.head = {"Made by `ringfence import` from the landlockd policy " + file_ + ".",
                       "Review it: what has no equivalent here is named at the end."};
        draft_.inherit = false;
        draft_.inherit_comment = "as there; true adds what the unit itself says";
        // The root decides what every path below means.
        if (const Value* runtime = find(root, "runtime")) find_root(*runtime);
        read_table(root, "the top level",
                   {{"version", [this](const Value& v) { read_version(v); }},
                    {"fs_layer", [this](const Value& v) { each(v, &LandlockdReader::read_layer); }},
                    {"net", [this](const Value& v) { read_net(v); }},
                    {"broker", [this](const Value& v) { read_broker(v); }},
                    {"mount", [this](const Value& v) { read_mount(v); }},
                    {"runtime", [this](const Value& v) { read_runtime(v); }},
                    {"seccomp", [this](const Value& v) { read_seccomp(v); }}},
                   {"version"});
        finish();
        return std::move(draft_);
    }

    Diagnostics problems;

  private:
    using Fields = std::map<std::string, std::function<void(const Value&)>, std::less<>>;

    struct FsLayer {
        Access handled;
        std::vector<DraftPath> paths;
    };

    void problem(const Location& where, std::string message, std::string hint = {}) {
        if (problems.size() < most_problems)
            problems.push_back({where, std::move(message), std::move(hint)});
    }

    static const Value* find(const Value& table, std::string_view key) {
        for (const Entry& entry : table.table)
            if (entry.key == key) return &entry.value;
        return nullptr;
    }

    void read_table(const Value& value, std::string_view title, const Fields& fields,
                    const std::vector<std::string>& required = {}) {
        if (value.kind != Kind::table) {
            problem(value.where,
                    fmt::format("{} must be a table, not {}", title, describe(value.kind)));
            return;
        }
        for (const Entry& entry : value.table) {
            const auto field = fields.find(entry.key);
            if (field != fields.end()) {
                field->second(entry.value);
                continue;
            }
            std::vector<std::string> names;
            for (const auto& [name, reader] : fields)
                names.push_back(name);
            const std::string near = nearest(entry.key, names);
            problem(entry.where,
                    fmt::format("landlockd has no key {} in {}", quote(entry.key), title),
                    near.empty() ? fmt::format("valid keys: {}", fmt::join(names, ", "))
                                 : fmt::format("did you mean `{}`?", near));
        }
        for (const std::string& key : required)
            if (find(value, key) == nullptr)
                problem(value.where, fmt::format("{} has no `{}`", title, key));
    }

    void each(const Value& list, void (LandlockdReader::*reader)(const Value&)) {
        if (list.kind != Kind::array)
            problem(list.where, fmt::format("this must be an array, not {}", describe(list.kind)));
        for (const Value& item : list.array)
            (this->*reader)(item);
    }

    std::vector<Located<std::string>> strings(const Value& list) {
        std::vector<Located<std::string>> all;
        if (list.kind != Kind::array)
            problem(list.where, fmt::format("this must be an array, not {}", describe(list.kind)));
        for (const Value& item : list.array) {
            if (item.kind == Kind::string && !item.string.empty())
                all.push_back({item.string, item.where});
            else
                problem(item.where, "this must be a string that is not empty");
        }
        return all;
    }

    void read_version(const Value& value) {
        if (value.kind != Kind::integer || value.integer != 1)
            problem(value.where, "only version 1 of landlockd's policies is known");
    }

    Access read_access(const Value& list, Family family) {
        Access access;
        std::vector<std::string> names;
        for (const landlock::Right& right : landlock::rights)
            if (right.family == family && right.abi <= landlockd_abi)
                names.emplace_back(std::string_view(right.name)
                                       .substr(std::string_view(right.name).find('.') + 1));
        for (const auto& name : strings(list)) {
            const std::string full = (family == Family::fs ? "fs." : "net.") + name.value;
            const auto* right = landlock::find_right(full.data(), full.size());
            if (right != nullptr && right->abi <= landlockd_abi) {
                access |= right->access();
                continue;
            }
            const std::string near = nearest(name.value, names);
            problem(name.where, fmt::format("landlockd has no right {}", quote(name.value)),
                    near.empty() ? "" : fmt::format("did you mean `{}`?", near));
        }
        if (list.kind == Kind::array && list.array.empty())
            problem(list.where, "this list of rights is empty");
        return access;
    }

    /// A path as the service sees it: inside the root, where there is one. Nothing, and a line at
    /// the end, for one outside.
    std::optional<std::string> inside(const std::string& path, const std::string& what) {
        if (root_.empty()) return path;
        if (!below(path, root_)) {
            leave_out(fmt::format("{} {}: outside of runtime.root, where the service cannot see it",
                                  what, path));
            return {};
        }
        return path.size() == root_.size() ? "/" : path.substr(root_.size());
    }

    std::optional<DraftPath> rule_path(const Located<std::string>& text, const std::string& what) {
        const auto path = inside(text.value, what);
        if (!path) return {};
        const std::string escaped = doubled(*path);
        const auto parsed = parse_path(escaped);
        if (parsed && !parsed->optional) return DraftPath{escaped, false, {}, ""};
        problem(text.where,
                fmt::format("{} {}", quote(*path),
                            parsed ? "is not an absolute path" : parsed.error().message),
                parsed ? "" : parsed.error().hint);
        return {};
    }

    void read_layer(const Value& item) {
        FsLayer layer;
        const auto read_rules = [&](const Value& list) {
            for (const Value& rule : list.array)
                read_rule(rule, layer);
        };
        read_table(item, "[[fs_layer]]",
                   {{"handled_access_fs",
                     [&](const Value& v) { layer.handled = read_access(v, Family::fs); }},
                    {"rule", read_rules}},
                   {"handled_access_fs"});
        for (DraftPath& path : layer.paths) {
            if (!layer.handled.contains(path.access))
                problem(item.where,
                        fmt::format("the rule on {} gives rights that its layer does not handle",
                                    quote(path.path)));
        }
        layers_.push_back(std::move(layer));
    }

    void read_rule(const Value& item, FsLayer& layer) {
        Located<std::string> path;
        Access access;
        read_table(
            item, "[[fs_layer.rule]]",
            {{"path",
              [&](const Value& v) {
                  if (v.kind == Kind::string)
                      path = {v.string, v.where};
                  else
                      problem(v.where, "`path` must be a string");
              }},
             {"allowed_access", [&](const Value& v) { access = read_access(v, Family::fs); }}},
            {"path", "allowed_access"});
        if (path.where.line == 0) return;
        auto rule = rule_path(path, "rule on");
        if (!rule) return;
        rule->access = access;
        layer.paths.push_back(std::move(*rule));
    }

    void read_net(const Value& item) {
        read_table(item, "[net]",
                   {{"handled_access_net",
                     [&](const Value& v) { net_handled_ = read_access(v, Family::net); }},
                    {"rule",
                     [&](const Value& v) {
                         for (const Value& rule : v.array)
                             read_net_rule(rule);
                     }}},
                   {"handled_access_net"});
    }

    void read_net_rule(const Value& item) {
        std::optional<std::uint16_t> port;
        Access access;
        read_table(
            item, "[[net.rule]]",
            {{"port",
              [&](const Value& v) {
                  if (v.kind == Kind::integer && v.integer >= 0 && v.integer <= 65535)
                      port = static_cast<std::uint16_t>(v.integer);
                  else
                      problem(v.where, "`port` must be an integer from 0 to 65535");
              }},
             {"allowed_access", [&](const Value& v) { access = read_access(v, Family::net); }}},
            {"port", "allowed_access"});
        if (!port) return;
        for (const landlock::PortGroup& group : landlock::port_groups)
            if (access.contains(group.access))
                draft_.rules.ports.push_back({*port, *port, group.access, ""});
    }

    void read_broker(const Value& item) {
        const auto opens = [this](const char* key, const Access& access) {
            return [this, key, access](const Value& v) {
                for (const auto& path : strings(v))
                    if (auto rule = rule_path(path, fmt::format("broker.{}", key))) {
                        rule->optional = true;
                        rule->access = access;
                        rule->comment = fmt::format("broker.{}", key);
                        brokered_.push_back(std::move(*rule));
                    }
            };
        };
        const auto nothing = [this](const char* key, const char* why) {
            return [this, key, why](const Value&) {
                leave_out(fmt::format("broker.{}: {}", key, why));
            };
        };
        constexpr const char* mounts =
            "nothing mounts for a service while it runs; TemporaryFileSystem= and BindPaths= do so "
            "before it starts";
        read_table(item, "[broker]",
                   {{"allow_read", opens("allow_read", broker_read)},
                    {"allow_write", opens("allow_write", broker_write)},
                    {"scratch", opens("scratch", group_named("write"))},
                    {"export", nothing("export",
                                       "nothing copies files out for a service; give it "
                                       "a directory to write to")},
                    {"mount_tmpfs", nothing("mount_tmpfs", mounts)},
                    {"mount_bind", nothing("mount_bind", mounts)},
                    {"mount_object", nothing("mount_object", mounts)},
                    {"addfd", nothing("addfd", "systemd passes open files with OpenFile=")}});
    }

    void read_mount(const Value& item) {
        read_table(item, "[mount]",
                   {{"tmpfs",
                     [this](const Value& v) {
                         for (const auto& path : strings(v))
                             if (const auto p = inside(path.value, "mount.tmpfs"))
                                 directive("TemporaryFileSystem", directive_path(*p),
                                           "mount.tmpfs");
                     }},
                    {"bind", [this](const Value& v) { each(v, &LandlockdReader::read_bind); }},
                    {"proc", [this](const Value& v) {
                         for (const auto& path : strings(v)) {
                             const auto p = inside(path.value, "mount.proc");
                             if (p == "/proc" && !root_.empty())
                                 directive("MountAPIVFS", "yes", "mount.proc");
                             else if (p && p != "/proc")
                                 leave_out("mount.proc " + *p + ": systemd mounts /proc only");
                         }
                     }}});
    }

    void read_bind(const Value& item) {
        std::string source, target;
        bool read_only = false;
        const auto into = [this](std::string& place) {
            return [this, &place](const Value& v) {
                if (v.kind == Kind::string && v.string.starts_with('/'))
                    place = v.string;
                else
                    problem(v.where, "this must be an absolute path");
            };
        };
        read_table(item, "[[mount.bind]]",
                   {{"source", into(source)},
                    {"target", into(target)},
                    {"read_only", [&](const Value& v) { read_only = v.boolean; }}},
                   {"source", "target"});
        if (const auto place = inside(target, "mount.bind"); place && !source.empty())
            directive(read_only ? "BindReadOnlyPaths" : "BindPaths",
                      directive_path(source) + ":" + directive_path(*place), "mount.bind");
    }

    void find_root(const Value& runtime) {
        if (const Value* root = find(runtime, "root"); root != nullptr) root_ = root->string;
        while (root_.size() > 1 && root_.ends_with('/'))
            root_.pop_back();
        if (root_ == "/") root_.clear();
    }

    void read_runtime(const Value& item) {
        const auto absolute = [this](const Value& v) {
            const bool ok = v.kind == Kind::string && v.string.starts_with('/');
            if (!ok) problem(v.where, "this must be an absolute path");
            return ok;
        };
        read_table(item, "[runtime]",
                   {{"root",
                     [&](const Value& v) {
                         if (absolute(v))
                             leave_out(
                                 fmt::format("runtime.root: write RootDirectory={} into the "
                                             "unit; the paths above are those inside it",
                                             v.string));
                     }},
                    {"cwd", [&](const Value& v) {
                         if (absolute(v))
                             directive("WorkingDirectory", directive_path(v.string), "runtime.cwd");
                     }}});
    }

    void read_seccomp(const Value& item) {
        std::string calls;
        std::string number = "EPERM";
        read_table(item, "[seccomp]",
                   {{"deny",
                     [&](const Value& v) {
                         for (const auto& name : strings(v))
                             add_call(name, calls);
                     }},
                    {"errno",
                     [&](const Value& v) {
                         if (v.kind == Kind::integer && v.integer >= 1 && v.integer <= 4095)
                             number = std::to_string(v.integer);
                         else
                             problem(v.where, "`errno` must be an integer from 1 to 4095");
                     }}},
                   {"deny"});
        if (calls.empty()) return;
        directive("SystemCallFilter", "~" + calls, "seccomp.deny");
        directive("SystemCallErrorNumber", number,
                  number == "EPERM" ? "seccomp.errno is not given" : "seccomp.errno");
    }

    void add_call(const Located<std::string>& name, std::string& calls) {
        const bool word = std::all_of(name.value.begin(), name.value.end(), [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        });
        if (!word) {
            problem(name.where, fmt::format("{} names no system call", quote(name.value)));
            return;
        }
        if (std::find(std::begin(needed_to_start), std::end(needed_to_start), name.value) !=
            std::end(needed_to_start)) {
            leave_out(fmt::format("seccomp.deny {}: no program starts without it", name.value));
            return;
        }
        calls += (calls.empty() ? "" : " ") + name.value;
    }

    void directive(const char* key, const std::string& value, const char* from) {
        draft_.systemd.push_back({key, value, from});
    }
    void leave_out(std::string line) { left_out_.push_back("- " + std::move(line)); }

    static void leave_unhandled(DraftRuleset& rules, const Access& open) {
        for (const landlock::Right& right : landlock::rights)
            if (open.contains(right.access())) rules.unrestricted.push_back({right.access(), ""});
    }

    void finish() {
        Access handled = net_handled_;
        for (const FsLayer& layer : layers_)
            handled |= layer.handled;
        draft_.abi = std::max(landlock::abi_needed(handled), 1);
        const Access known = landlock::known_at(draft_.abi);
        Access open{known.fs, known.net & ~net_handled_.net, 0};
        if (!layers_.empty()) open.fs &= ~layers_.front().handled.fs;
        leave_unhandled(draft_.rules, open - refer_right);
        for (const landlock::ScopeGroup& scope : landlock::scope_groups)
            if (known.contains(scope.access))
                draft_.rules.free_scopes.push_back({scope.access, ""});
        if (layers_.empty() && known.contains(refer_right))
            draft_.rules.paths.push_back(
                {"/", false, refer_right, "no right on files is restricted"});
        for (std::size_t i = 0; i < layers_.size(); ++i)
            add_layer(layers_[i], i, known);
        if (layers_.empty() && !brokered_.empty())
            leave_out("broker: without an fs_layer the service opens its files itself");
        if (layers_.size() > 1)
            draft_.head.emplace_back(
                "Its layers are stacked, as there: what a layer handles must be granted in it.");
        if (left_out_.empty()) return;
        draft_.tail = {"Not taken over:"};
        draft_.tail.insert(draft_.tail.end(), left_out_.begin(), left_out_.end());
    }

    // What the broker opened passed by all layers.
    void add_layer(const FsLayer& layer, std::size_t index, const Access& known) {
        DraftRuleset further;
        DraftRuleset& rules = index == 0 ? draft_.rules : further;
        for (const DraftPath& path : layer.paths)
            rules.paths.push_back(path);
        for (DraftPath path : brokered_) {
            path.access &= layer.handled;
            if (!path.access.empty()) rules.paths.push_back(path);
        }
        if (index == 0) return;
        further.network = further.scope = false;
        leave_unhandled(further, Access{known.fs, 0, 0} - layer.handled - refer_right);
        draft_.layers.push_back(std::move(further));
    }

    const std::string& file_;
    Draft draft_;
    std::string root_;
    std::vector<FsLayer> layers_;
    Access net_handled_;
    std::vector<DraftPath> brokered_;
    std::vector<std::string> left_out_;
};

}  // namespace

bool is_landlockd(const Value& root) {
    return std::any_of(root.table.begin(), root.table.end(), [](const Entry& entry) {
        return std::find(std::begin(own_tables), std::end(own_tables), entry.key) !=
               std::end(own_tables);
    });
}

Result<Draft> import_landlockd(const Value& root, const std::string& file) {
    LandlockdReader reader(file);
    Draft draft = reader.read(root);
    if (!reader.problems.empty()) return tl::unexpected(std::move(reader.problems));
    return draft;
}

}  // namespace ringfence::policy
