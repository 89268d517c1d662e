// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/escape.h"
#include "policy/interop/foreign_reader.h"
#include "policy/interop/landlockd.h"
#include "policy/interop/landlockd_file.h"
#include "policy/interop/short_names.h"
#include "policy/model/access_groups.h"
#include "policy/model/path_text.h"
#include "policy/model/ports.h"

namespace ringfence::policy {

namespace {

using landlock::Access;
using landlock::Family;

// The files have names for the rights of this ABI and older ones.
constexpr int landlockd_abi = 5;

// The highest number of an error that a system call can return (MAX_ERRNO of the kernel).
constexpr int highest_errno = 4095;

/// A key of [broker] with paths, and the rights with which the broker opens them.
struct BrokerKey {
    std::string_view key;
    Access access;
};
constexpr BrokerKey broker_keys[] = {
    {"allow_read", landlock::access_of("fs.read_file")},
    {"allow_write", landlock::access_of("fs.write_file") | landlock::access_of("fs.truncate")},
    {"scratch", path_group("write").access},
};

bool is_system_call_name(std::string_view name) {
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

template <class Row, std::size_t N>
const Row& row_of(const Row (&rows)[N], std::string_view key) {
    return *std::find_if(std::begin(rows), std::end(rows),
                         [&](const Row& row) { return row.key == key; });
}

class LandlockdReader : public ForeignReader {
  public:
    LandlockdReader() : ForeignReader("landlockd", Spelling::toml) {}

    LandlockdFile read(const Value& root) {
        LandlockdFile file;
        read_object(root, "the top level", top_level(), file);
        return file;
    }

    /// Whether a file has a table of this format. `version` does not count: other formats have it.
    static bool has_table(const Value& root) {
        return std::any_of(root.table.begin(), root.table.end(), [](const Entry& entry) {
            const auto& fields = top_level();
            return std::any_of(fields.begin() + 1, fields.end(),
                               [&](const auto& field) { return field.key.toml == entry.key; });
        });
    }

  private:
    template <class Into>
    using Field = ForeignField<LandlockdReader, Into>;

    static const std::array<Field<LandlockdFile>, 7>& top_level() {
        static constexpr std::array<Field<LandlockdFile>, 7> fields = {{
            {ForeignKey("version"), &LandlockdReader::read_version, Presence::required},
            {ForeignKey("fs_layer"), &LandlockdReader::read_layers},
            {ForeignKey("net"), &LandlockdReader::read_net},
            {ForeignKey("broker"), &LandlockdReader::read_broker},
            {ForeignKey("mount"), &LandlockdReader::read_mount},
            {ForeignKey("runtime"), &LandlockdReader::read_runtime},
            {ForeignKey("seccomp"), &LandlockdReader::read_seccomp},
        }};
        return fields;
    }

    std::vector<Located<std::string>> strings(const Entry& entry) {
        std::vector<Located<std::string>> all;
        for (const Value& item : elements(entry)) {
            if (item.kind == Kind::string && !item.string.empty())
                all.push_back({item.string, item.where});
            else
                problems.add(item.where,
                             fmt::format("an element of `{}` must be a string that is not empty",
                                         entry.key));
        }
        return all;
    }

    // Checks that a rule can have the path. In these files, "%" and "$" stand for themselves.
    bool is_path(const Located<std::string>& text) {
        if (!text.value.starts_with('/')) {
            problems.add(text.where, fmt::format("{} is not an absolute path", quote(text.value)));
            return false;
        }
        const auto parsed = parse_path(escape_expansions(text.value));
        if (!parsed)
            problems.add(text.where,
                         fmt::format("{} {}", quote(text.value), parsed.error().message),
                         parsed.error().hint);
        return parsed.has_value();
    }

    std::string absolute(const Value& value, std::string_view what) {
        if (value.kind == Kind::string && value.string.starts_with('/')) return value.string;
        problems.add(value.where, fmt::format("{} must be an absolute path", what));
        return {};
    }

    template <class Into, std::string Into::*member>
    void read_absolute(const Entry& entry, Into& into) {
        into.*member = absolute(entry.value, fmt::format("`{}`", entry.key));
    }

    template <class Into, std::vector<std::string> Into::*member>
    void read_all_absolute(const Entry& entry, Into& into) {
        const std::string what = fmt::format("an element of `{}`", entry.key);
        for (const Value& item : elements(entry))
            if (std::string path = absolute(item, what); !path.empty())
                (into.*member).push_back(std::move(path));
    }

    Access access_of(const Entry& entry, Family family) {
        Access access;
        for (const auto& name : strings(entry)) {
            if (const auto right = access_by_short_name(name.value, family, landlockd_abi)) {
                access |= *right;
                continue;
            }
            const std::string near = nearest(name.value, short_names(family, landlockd_abi));
            problems.add(name.where, fmt::format("landlockd has no right {}", quote(name.value)),
                         near.empty() ? "" : fmt::format("did you mean `{}`?", near));
        }
        if (entry.value.kind == Kind::array && entry.value.array.empty())
            problems.add(entry.value.where, fmt::format("`{}` names no right", entry.key));
        return access;
    }

    template <class Into, Access Into::*member, Family family>
    void read_access(const Entry& entry, Into& into) {
        into.*member = access_of(entry, family);
    }

    void read_version(const Entry& entry, LandlockdFile&) {
        if (entry.value.kind != Kind::integer || entry.value.integer != 1)
            problems.add(entry.value.where, "only version 1 of landlockd's policies is known");
    }

    void read_layers(const Entry& entry, LandlockdFile& file) {
        static constexpr Field<LandlockdLayer> fields[] = {
            {ForeignKey("handled_access_fs"),
             &LandlockdReader::read_access<LandlockdLayer, &LandlockdLayer::handled, Family::fs>,
             Presence::required},
            {ForeignKey("rule"), &LandlockdReader::read_rules},
        };
        for (const Value& item : elements(entry)) {
            LandlockdLayer layer;
            read_object(item, "[[fs_layer]]", fields, layer);
            for (const LandlockdRule& rule : layer.rules)
                if (!layer.handled.contains(rule.access))
                    problems.add(
                        rule.path.where,
                        fmt::format("the rule on {} gives rights that its layer does not handle",
                                    quote(rule.path.value)));
            file.layers.push_back(std::move(layer));
        }
    }

    void read_rules(const Entry& entry, LandlockdLayer& layer) {
        static constexpr Field<LandlockdRule> fields[] = {
            {ForeignKey("path"), &LandlockdReader::read_rule_path, Presence::required},
            {ForeignKey("allowed_access"),
             &LandlockdReader::read_access<LandlockdRule, &LandlockdRule::access, Family::fs>,
             Presence::required},
        };
        for (const Value& item : elements(entry)) {
            LandlockdRule rule;
            read_object(item, "[[fs_layer.rule]]", fields, rule);
            if (rule.path.where.line != 0 && is_path(rule.path))
                layer.rules.push_back(std::move(rule));
        }
    }

    void read_rule_path(const Entry& entry, LandlockdRule& rule) {
        if (const std::string* path = string_of(entry.value, "`path`"))
            rule.path = {*path, entry.value.where};
    }

    void read_net(const Entry& entry, LandlockdFile& file) {
        static constexpr Field<LandlockdFile> fields[] = {
            {ForeignKey("handled_access_net"),
             &LandlockdReader::read_access<LandlockdFile, &LandlockdFile::net_handled, Family::net>,
             Presence::required},
            {ForeignKey("rule"), &LandlockdReader::read_net_rules},
        };
        read_object(entry.value, "[net]", fields, file);
    }

    void read_net_rules(const Entry& entry, LandlockdFile& file) {
        static constexpr Field<LandlockdPort> fields[] = {
            {ForeignKey("port"), &LandlockdReader::read_port, Presence::required},
            {ForeignKey("allowed_access"),
             &LandlockdReader::read_access<LandlockdPort, &LandlockdPort::access, Family::net>,
             Presence::required},
        };
        for (const Value& item : elements(entry)) {
            LandlockdPort rule;
            read_object(item, "[[net.rule]]", fields, rule);
            file.ports.push_back(rule);
        }
    }

    void read_port(const Entry& entry, LandlockdPort& rule) {
        if (const auto port = integer_of(entry.value, "`port`", 0, last_port))
            rule.port = static_cast<std::uint16_t>(*port);
    }

    void read_broker(const Entry& entry, LandlockdFile& file) {
        std::vector<Field<LandlockdFile>> fields;
        for (const BrokerKey& row : broker_keys)
            fields.push_back({ForeignKey(row.key), &LandlockdReader::read_brokered});
        for (const OnRequest& row : on_request_keys)
            fields.push_back({ForeignKey(row.key), &LandlockdReader::read_on_request});
        read_object(entry.value, "[broker]", fields, file);
    }

    void read_brokered(const Entry& entry, LandlockdFile& file) {
        const Access& access = row_of(broker_keys, entry.key).access;
        for (auto& path : strings(entry))
            if (is_path(path)) file.brokered.push_back({entry.key, std::move(path.value), access});
    }

    void read_on_request(const Entry& entry, LandlockdFile& file) {
        file.on_request.push_back(row_of(on_request_keys, entry.key));
    }

    void read_mount(const Entry& entry, LandlockdFile& file) {
        static constexpr Field<LandlockdFile> fields[] = {
            {ForeignKey("tmpfs"),
             &LandlockdReader::read_all_absolute<LandlockdFile, &LandlockdFile::tmpfs>},
            {ForeignKey("bind"), &LandlockdReader::read_binds},
            {ForeignKey("proc"),
             &LandlockdReader::read_all_absolute<LandlockdFile, &LandlockdFile::proc>},
        };
        read_object(entry.value, "[mount]", fields, file);
    }

    void read_binds(const Entry& entry, LandlockdFile& file) {
        static constexpr Field<LandlockdBind> fields[] = {
            {ForeignKey("source"),
             &LandlockdReader::read_absolute<LandlockdBind, &LandlockdBind::source>,
             Presence::required},
            {ForeignKey("target"),
             &LandlockdReader::read_absolute<LandlockdBind, &LandlockdBind::target>,
             Presence::required},
            {ForeignKey("read_only"), &LandlockdReader::read_read_only},
        };
        for (const Value& item : elements(entry)) {
            LandlockdBind bind;
            read_object(item, "[[mount.bind]]", fields, bind);
            file.binds.push_back(std::move(bind));
        }
    }

    void read_read_only(const Entry& entry, LandlockdBind& bind) {
        bind.read_only = entry.value.boolean;
        if (entry.value.kind != Kind::boolean)
            problems.add(entry.value.where, "`read_only` must be true or false");
    }

    void read_runtime(const Entry& entry, LandlockdFile& file) {
        static constexpr Field<LandlockdFile> fields[] = {
            {ForeignKey("root"),
             &LandlockdReader::read_absolute<LandlockdFile, &LandlockdFile::root>},
            {ForeignKey("cwd"),
             &LandlockdReader::read_absolute<LandlockdFile, &LandlockdFile::cwd>},
        };
        read_object(entry.value, "[runtime]", fields, file);
    }

    void read_seccomp(const Entry& entry, LandlockdFile& file) {
        static constexpr Field<LandlockdFile> fields[] = {
            {ForeignKey("deny"), &LandlockdReader::read_denied, Presence::required},
            {ForeignKey("errno"), &LandlockdReader::read_errno},
        };
        read_object(entry.value, "[seccomp]", fields, file);
    }

    void read_denied(const Entry& entry, LandlockdFile& file) {
        for (const auto& name : strings(entry)) {
            if (is_system_call_name(name.value))
                file.denied.push_back(name.value);
            else
                problems.add(name.where,
                             fmt::format("{} is not the name of a system call", quote(name.value)));
        }
    }

    void read_errno(const Entry& entry, LandlockdFile& file) {
        file.denied_errno = integer_of(entry.value, "`errno`", 1, highest_errno);
    }
};

}  // namespace

bool is_landlockd(const Value& root) {
    return LandlockdReader::has_table(root);
}

Result<LandlockdFile> read_landlockd(const Value& root) {
    LandlockdReader reader;
    LandlockdFile file = reader.read(root);
    reader.problems.sort();
    if (!reader.problems.empty()) return reader.problems.take();
    return file;
}

}  // namespace ringfence::policy
