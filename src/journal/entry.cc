// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/entry.h"

#include <algorithm>

#include "base/number.h"
#include "journal/audit_entry.h"
#include "journal/fields.h"
#include "journal/loss.h"
#include "journal/record.h"
#include "journal/wrapper_report.h"
#include "landlock/report.h"

namespace ringfence::journal {

namespace {

constexpr std::string_view wanted[] = {
    "MESSAGE",
    "MESSAGE_ID",
    "PRIORITY",
    "SYSLOG_FACILITY",
    "_TRANSPORT",
    "_AUDIT_TYPE",
    "_AUDIT_ID",
    "_MACHINE_ID",
    "_HOSTNAME",
    "_SYSTEMD_UNIT",
    "_SYSTEMD_USER_UNIT",
    "_SYSTEMD_INVOCATION_ID",
    "_PID",
    "_UID",
    "_EXE",
};
constexpr std::string_view wrapper_fields = "LANDLOCK_";

std::optional<Pass> pass_of_type(const std::optional<std::string_view>& type) {
    if (!type) return std::nullopt;
    return type == audit_type_domain ? Pass::domains : Pass::denials;
}

}  // namespace

void Entry::clear() {
    time = {};
    boot = {};
    fields.clear();
}

void Entry::set(std::string_view name, std::string_view value) {
    fields.emplace_back(name, value);
}

std::optional<std::string_view> Entry::field(std::string_view name) const {
    for (const auto& [key, value] : fields)
        if (key == name) return value;
    return std::nullopt;
}

std::optional<Pass> pass_of(const Entry& entry) {
    if (is_wrapper_message(entry.field("MESSAGE_ID").value_or(""))) return Pass::reports;
    const std::string_view transport = entry.field("_TRANSPORT").value_or("");
    const std::string_view message = entry.field("MESSAGE").value_or("");
    if (transport == transport_audit)
        return pass_of_type(audit_type_number(entry.field("_AUDIT_TYPE").value_or("")));
    if (is_of_kernel(transport, entry.field("SYSLOG_FACILITY").value_or("")))
        if (const auto record = entry_of_kernel_message(message)) return pass_of_type(record->type);
    if (transport == "stdout" && message.starts_with(report::line_prefix)) return Pass::reports;
    if (is_loss_message(entry.field("MESSAGE_ID").value_or(""))) return Pass::losses;
    const bool lost = transport == transport_kernel && is_kernel_loss(message);
    return lost || is_unread_record(transport, message) ? std::optional(Pass::losses)
                                                        : std::nullopt;
}

void set_exported(Entry& entry, std::string_view name, std::string_view value) {
    if (name == "__REALTIME_TIMESTAMP") {
        entry.time = Time{std::chrono::microseconds{
            static_cast<std::int64_t>(parse_number(value).value_or(0) & ~(1ULL << 63))}};
    } else if (name == "_BOOT_ID") {
        entry.boot = parse_id(value).value_or(Id{});
    } else if (name.starts_with(wrapper_fields) ||
               std::find(std::begin(wanted), std::end(wanted), name) != std::end(wanted)) {
        entry.set(name, value);
    }
}

}  // namespace ringfence::journal
