// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/record.h"

#include <algorithm>
#include <limits>

#include "base/number.h"
#include "journal/fields.h"
#include "landlock/rights.h"
#include "policy/model/right_names.h"

namespace ringfence::journal {

namespace {

enum class RecordType : std::uint8_t { access, domain, syscall, proctitle };

struct TypeName {
    std::string_view name;
    std::string_view number;
    RecordType kind;
};

// The names that auditd and systemd use. The spellings with a number are compared by their number.
constexpr TypeName type_names[] = {
    {"LANDLOCK_ACCESS", audit_type_access, RecordType::access},
    {"LANDLOCK_DOMAIN", audit_type_domain, RecordType::domain},
    {"SYSCALL", audit_type_syscall, RecordType::syscall},
    {"PROCTITLE", audit_type_proctitle, RecordType::proctitle},
};

// "1423" for "AUDIT1423" and "UNKNOWN[1423]". Other names as they are.
std::string_view bare_type(std::string_view name) {
    constexpr std::string_view numbered = "AUDIT", unknown = "UNKNOWN[";
    if (name.starts_with(unknown) && name.ends_with("]"))
        return name.substr(unknown.size(), name.size() - unknown.size() - 1);
    if (name.starts_with(numbered) && parse_number(name.substr(numbered.size())))
        return name.substr(numbered.size());
    return name;
}

const TypeName* find_type(std::string_view name) {
    const std::string_view bare = bare_type(name);
    const auto* found =
        std::find_if(std::begin(type_names), std::end(type_names),
                     [&](const TypeName& row) { return row.name == bare || row.number == bare; });
    return found == std::end(type_names) ? nullptr : found;
}

template <class Number>
std::optional<Number> number_within(const Fields& fields, std::string_view key) {
    const auto value = fields.number(key);
    if (!value || *value > static_cast<std::uint64_t>(std::numeric_limits<Number>::max()))
        return std::nullopt;
    return static_cast<Number>(*value);
}

std::vector<std::string_view> split_blockers(std::string_view list) {
    std::vector<std::string_view> names;
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        const std::string_view name = list.substr(0, comma);
        if (!name.empty()) names.push_back(name);
        list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 1);
    }
    return names;
}

// The comparison is by name, so that it works for rights of newer kernels, too.
bool has_family(const std::vector<std::string_view>& blockers, std::string_view prefix) {
    return std::any_of(blockers.begin(), blockers.end(),
                       [&](std::string_view name) { return name.starts_with(prefix); });
}

// lsm_audit.c writes the local end as saddr and src, and the remote end as daddr and dest. It
// leaves out an address of zeros and the port 0, so a bind to an ephemeral port has no field at
// all.
Object parse_port(const Fields& fields, bool remote) {
    Object object;
    object.type = ObjectType::port;
    object.remote = remote;
    object.address = std::string(fields.raw(remote ? "daddr" : "saddr").value_or(""));
    object.port = number_within<std::uint16_t>(fields, remote ? "dest" : "src");
    return object;
}

Object parse_process(const Fields& fields) {
    Object object;
    object.type = ObjectType::process;
    object.pid = number_within<std::int64_t>(fields, "opid");
    object.comm = fields.text("ocomm");
    return object;
}

// The name of an abstract socket begins with NUL. The kernel therefore always writes it as hex
// digits.
Object parse_unix_socket(const Fields& fields) {
    Object object;
    object.type = ObjectType::unix_socket;
    object.path = fields.text("path");
    object.abstract = !object.path.empty() && object.path.front() == '\0';
    if (object.abstract) object.path.erase(0, 1);
    return object;
}

Object parse_path(const Fields& fields) {
    Object object;
    object.type = ObjectType::path;
    object.path = fields.text(fields.raw("path") ? "path" : "name");
    object.device = fields.text("dev");
    object.inode = fields.number("ino").value_or(0);
    return object;
}

Object parse_object(const Fields& fields, const std::vector<std::string_view>& blockers) {
    if (has_family(blockers, "net.")) return parse_port(fields, !has_family(blockers, "net.bind_"));
    if (fields.raw("opid")) return parse_process(fields);
    if (has_family(blockers, "scope.abstract_unix_socket")) return parse_unix_socket(fields);
    if (fields.raw("path") || fields.raw("name")) return parse_path(fields);
    return {};
}

tl::unexpected<Diagnostics> malformed(const char* record, const char* what) {
    return fail(Diagnostic{{}, std::string("audit record ") + record + " " + what, {}});
}

Result<Record> parse_access(const Fields& fields) {
    AccessRecord record;
    const auto domain = fields.number("domain", 16);
    if (!domain) return malformed("LANDLOCK_ACCESS", "has no valid domain=");
    record.domain = *domain;
    const auto names = split_blockers(fields.raw("blockers").value_or(""));
    if (names.empty()) return malformed("LANDLOCK_ACCESS", "has no blockers=");
    for (const std::string_view name : names)
        record.blockers.add(name);
    record.object = parse_object(fields, names);
    return record;
}

Result<Record> parse_domain(const Fields& fields) {
    DomainRecord record;
    const auto domain = fields.number("domain", 16);
    if (!domain) return malformed("LANDLOCK_DOMAIN", "has no valid domain=");
    const std::string_view status = fields.raw("status").value_or("");
    if (status != "allocated" && status != "deallocated")
        return malformed("LANDLOCK_DOMAIN", "has neither status=allocated nor status=deallocated");
    record.domain = *domain;
    record.allocated = status == "allocated";
    record.pid = number_within<std::int64_t>(fields, "pid");
    record.uid = number_within<std::uint32_t>(fields, "uid");
    record.exe = fields.text("exe");
    record.comm = fields.text("comm");
    record.denials = fields.number("denials").value_or(0);
    return record;
}

}  // namespace

bool Blockers::overlaps(const Blockers& other) const {
    return !(rights & other.rights).empty() ||
           std::any_of(others.begin(), others.end(), [&](const std::string& name) {
               return std::find(other.others.begin(), other.others.end(), name) !=
                      other.others.end();
           });
}

std::vector<std::string> Blockers::names() const {
    std::vector<std::string> names = policy::right_names(rights);
    names.insert(names.end(), others.begin(), others.end());
    return names;
}

void Blockers::add(std::string_view name) {
    if (const auto* right = landlock::find_right(name.data(), name.size()))
        rights |= right->access();
    else
        others.emplace_back(name);
}

std::optional<std::string_view> audit_type_number(std::string_view name) {
    const TypeName* type = find_type(name);
    if (type == nullptr) return std::nullopt;
    return type->number;
}

Result<Record> parse_record(std::string_view message) {
    const std::size_t space = message.find(' ');
    const TypeName* type = find_type(message.substr(0, space));
    if (type == nullptr) return OtherRecord{};
    const Fields fields(space == std::string_view::npos ? "" : message.substr(space + 1));
    switch (type->kind) {
        case RecordType::access:
            return parse_access(fields);
        case RecordType::domain:
            return parse_domain(fields);
        case RecordType::syscall:
            return SyscallRecord{number_within<std::int64_t>(fields, "pid"), fields.text("comm"),
                                 fields.text("exe")};
        case RecordType::proctitle:
            return ProctitleRecord{fields.text("proctitle")};
    }
    return OtherRecord{};
}

}  // namespace ringfence::journal
