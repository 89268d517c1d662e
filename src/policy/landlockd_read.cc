// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <functional>
#include <map>

#include <fmt/format.h>

#include "base/literal_path.h"
#include "policy/access_groups.h"
#include "policy/landlockd_file.h"
#include "policy/path_text.h"
#include "policy/short_names.h"

namespace ringfence::policy {

namespace {

using landlock::Access;
using landlock::Family;

// Its files name the rights of this ABI and older.
constexpr int landlockd_abi = 5;
constexpr Access broker_read = landlock::access_of("fs.read_file");
constexpr Access broker_write =
    landlock::access_of("fs.write_file") | landlock::access_of("fs.truncate");

bool has(const Value& table, std::string_view key) {
    return std::any_of(table.table.begin(), table.table.end(),
                       [&](const Entry& entry) { return entry.key == key; });
}

bool is_system_call_name(std::string_view name) {
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

class LandlockdReader {
  public:
    LandlockdFile read(const Value& root) {
        read_table(root, "the top level",
                   {{"version", [this](const Value& v) { read_version(v); }},
                    {"fs_layer", [this](const Value& v) { each(v, &LandlockdReader::read_layer); }},
                    {"net", [this](const Value& v) { read_net(v); }},
                    {"broker", [this](const Value& v) { read_broker(v); }},
                    {"mount", [this](const Value& v) { read_mount(v); }},
                    {"runtime", [this](const Value& v) { read_runtime(v); }},
                    {"seccomp", [this](const Value& v) { read_seccomp(v); }}},
                   {"version"});
        return std::move(read_);
    }

    Diagnostics problems;

  private:
    using Fields = std::map<std::string, std::function<void(const Value&)>, std::less<>>;

    void problem(const Location& where, std::string message, std::string hint = {}) {
        if (problems.size() < most_problems)
            problems.push_back({where, std::move(message), std::move(hint)});
    }

    // Values

    void read_table(const Value& value, std::string_view title, const Fields& fields,
                    const std::vector<std::string>& required = {}) {
        if (value.kind != Kind::table) {
            problem(value.where,
                    fmt::format("{} must be a table, not {}", title, describe(value.kind)));
            return;
        }
        for (const Entry& entry : value.table) {
            const auto field = fields.find(entry.key);
            if (field != fields.end())
                field->second(entry.value);
            else
                unknown_key(entry, title, fields);
        }
        for (const std::string& key : required)
            if (!has(value, key)) problem(value.where, fmt::format("{} has no `{}`", title, key));
    }

    void unknown_key(const Entry& entry, std::string_view title, const Fields& fields) {
        std::vector<std::string> names;
        for (const auto& [name, reader] : fields)
            names.push_back(name);
        const std::string near = nearest(entry.key, names);
        problem(entry.where, fmt::format("landlockd has no key {} in {}", quote(entry.key), title),
                near.empty() ? fmt::format("valid keys: {}", fmt::join(names, ", "))
                             : fmt::format("did you mean `{}`?", near));
    }

    const std::vector<Value>& array_of(const Value& list) {
        if (list.kind != Kind::array)
            problem(list.where, fmt::format("this must be an array, not {}", describe(list.kind)));
        return list.array;
    }

    void each(const Value& list, void (LandlockdReader::*reader)(const Value&)) {
        for (const Value& item : array_of(list))
            (this->*reader)(item);
    }

    std::vector<Located<std::string>> strings(const Value& list) {
        std::vector<Located<std::string>> all;
        for (const Value& item : array_of(list)) {
            if (item.kind == Kind::string && !item.string.empty())
                all.push_back({item.string, item.where});
            else
                problem(item.where, "this must be a string that is not empty");
        }
        return all;
    }

    std::optional<std::int64_t> integer(const Value& value, std::string_view key, int first,
                                        int last) {
        if (value.kind == Kind::integer && value.integer >= first && value.integer <= last)
            return value.integer;
        problem(value.where,
                fmt::format("`{}` must be an integer from {} to {}", key, first, last));
        return {};
    }

    // As a rule's path must be; "%" and "$" stand for themselves here.
    bool is_path(const Located<std::string>& text) {
        if (!text.value.starts_with('/')) {
            problem(text.where, quote(text.value) + " is not an absolute path");
            return false;
        }
        const auto parsed = parse_path(literal_path(text.value));
        if (!parsed)
            problem(text.where, quote(text.value) + " " + parsed.error().message,
                    parsed.error().hint);
        return parsed.has_value();
    }

    std::string absolute(const Value& value) {
        if (value.kind == Kind::string && value.string.starts_with('/')) return value.string;
        problem(value.where, "this must be an absolute path");
        return {};
    }

    std::vector<std::string> all_absolute(const Value& list) {
        std::vector<std::string> paths;
        for (const Value& item : array_of(list))
            if (std::string path = absolute(item); !path.empty()) paths.push_back(std::move(path));
        return paths;
    }

    Access read_access(const Value& list, Family family) {
        Access access;
        for (const auto& name : strings(list)) {
            if (const auto right = access_by_short_name(name.value, family, landlockd_abi)) {
                access |= *right;
                continue;
            }
            const std::string near = nearest(name.value, short_names(family, landlockd_abi));
            problem(name.where, fmt::format("landlockd has no right {}", quote(name.value)),
                    near.empty() ? "" : fmt::format("did you mean `{}`?", near));
        }
        if (list.kind == Kind::array && list.array.empty())
            problem(list.where, "this list of rights is empty");
        return access;
    }

    // Tables

    void read_version(const Value& value) {
        if (value.kind != Kind::integer || value.integer != 1)
            problem(value.where, "only version 1 of landlockd's policies is known");
    }

    void read_layer(const Value& item) {
        LandlockdLayer layer;
        read_table(item, "[[fs_layer]]",
                   {{"handled_access_fs",
                     [&](const Value& v) { layer.handled = read_access(v, Family::fs); }},
                    {"rule",
                     [&](const Value& list) {
                         for (const Value& rule : array_of(list))
                             read_rule(rule, layer);
                     }}},
                   {"handled_access_fs"});
        for (const LandlockdRule& rule : layer.rules)
            if (!layer.handled.contains(rule.access))
                problem(rule.path.where,
                        fmt::format("the rule on {} gives rights that its layer does not handle",
                                    quote(rule.path.value)));
        read_.layers.push_back(std::move(layer));
    }

    void read_rule(const Value& item, LandlockdLayer& layer) {
        LandlockdRule rule;
        read_table(
            item, "[[fs_layer.rule]]",
            {{"path",
              [&](const Value& v) {
                  if (v.kind == Kind::string)
                      rule.path = {v.string, v.where};
                  else
                      problem(v.where, "`path` must be a string");
              }},
             {"allowed_access", [&](const Value& v) { rule.access = read_access(v, Family::fs); }}},
            {"path", "allowed_access"});
        if (rule.path.where.line != 0 && is_path(rule.path)) layer.rules.push_back(std::move(rule));
    }

    void read_net(const Value& item) {
        read_table(item, "[net]",
                   {{"handled_access_net",
                     [&](const Value& v) { read_.net_handled = read_access(v, Family::net); }},
                    {"rule", [this](const Value& v) { each(v, &LandlockdReader::read_net_rule); }}},
                   {"handled_access_net"});
    }

    void read_net_rule(const Value& item) {
        std::optional<std::int64_t> port;
        Access access;
        read_table(
            item, "[[net.rule]]",
            {{"port", [&](const Value& v) { port = integer(v, "port", 0, 65535); }},
             {"allowed_access", [&](const Value& v) { access = read_access(v, Family::net); }}},
            {"port", "allowed_access"});
        if (port) read_.ports.push_back({static_cast<std::uint16_t>(*port), access});
    }

    void read_broker(const Value& item) {
        Fields fields;
        const auto opens = [&](const char* key, const Access& access) {
            fields[key] = [this, key, access](const Value& v) {
                for (auto& path : strings(v))
                    if (is_path(path))
                        read_.brokered.push_back({key, std::move(path.value), access});
            };
        };
        opens("allow_read", broker_read);
        opens("allow_write", broker_write);
        opens("scratch", path_group("write").access);
        for (const OnRequest& row : on_request_keys)
            fields[row.key] = [this, &row](const Value&) { read_.on_request.push_back(row); };
        read_table(item, "[broker]", fields);
    }

    void read_mount(const Value& item) {
        read_table(item, "[mount]",
                   {{"tmpfs", [this](const Value& v) { read_.tmpfs = all_absolute(v); }},
                    {"bind", [this](const Value& v) { each(v, &LandlockdReader::read_bind); }},
                    {"proc", [this](const Value& v) { read_.proc = all_absolute(v); }}});
    }

    void read_bind(const Value& item) {
        LandlockdBind bind;
        read_table(item, "[[mount.bind]]",
                   {{"source", [&](const Value& v) { bind.source = absolute(v); }},
                    {"target", [&](const Value& v) { bind.target = absolute(v); }},
                    {"read_only",
                     [&](const Value& v) {
                         bind.read_only = v.boolean;
                         if (v.kind != Kind::boolean)
                             problem(v.where, "`read_only` must be true or false");
                     }}},
                   {"source", "target"});
        read_.binds.push_back(std::move(bind));
    }

    void read_runtime(const Value& item) {
        read_table(item, "[runtime]",
                   {{"root", [this](const Value& v) { read_.root = absolute(v); }},
                    {"cwd", [this](const Value& v) { read_.cwd = absolute(v); }}});
    }

    void read_seccomp(const Value& item) {
        read_table(item, "[seccomp]",
                   {{"deny", [this](const Value& v) { read_denied(v); }},
                    {"errno",
                     [this](const Value& v) {
                         if (const auto number = integer(v, "errno", 1, 4095))
                             read_.denied_errno = static_cast<int>(*number);
                     }}},
                   {"deny"});
    }

    void read_denied(const Value& list) {
        for (const auto& name : strings(list)) {
            if (is_system_call_name(name.value))
                read_.denied.push_back(name.value);
            else
                problem(name.where, fmt::format("{} names no system call", quote(name.value)));
        }
    }

    LandlockdFile read_;
};

}  // namespace

Result<LandlockdFile> read_landlockd(const Value& root) {
    LandlockdReader reader;
    LandlockdFile file = reader.read(root);
    if (!reader.problems.empty()) return tl::unexpected(std::move(reader.problems));
    return file;
}

}  // namespace ringfence::policy
