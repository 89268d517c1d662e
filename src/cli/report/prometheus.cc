// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes metrics for the textfile collector of Prometheus' node exporter.
//
// Source: https://prometheus.io/docs/instrumenting/exposition_formats/, "Text-based format". All
// metrics are gauges, because the counts decrease when the journal is rotated.
#include <fmt/format.h>

#include "cli/report/data.h"
#include "cli/terminal/terminal.h"

namespace ringfence::cli {

namespace {

// Control characters are made visible first. Then the characters are escaped that the format
// requires.
std::string label(const std::string& text) {
    std::string out;
    for (const char c : printable(text)) {
        if (c == '\\' || c == '"') out += '\\';
        out += c;
    }
    return out;
}

// Prometheus itself adds a label for the machine that it asks. The report of a fleet has several
// machines, so it needs a label of its own.
std::string unit_labels(const ReportData& data, const std::string& host, const std::string& unit) {
    return (data.fleet ? fmt::format("host=\"{}\",", label(host)) : "") +
           fmt::format("unit=\"{}\"", label(unit));
}

void metric(std::string& out, const char* name, const char* help) {
    out += fmt::format("# HELP {0} {1}\n# TYPE {0} gauge\n", name, help);
}

void add_states(const ReportData& data, std::string& out) {
    metric(out, "ringfence_unit_state", "Whether the unit is in this state: 1, else 0.");
    for (const ReportUnit& unit : data.units)
        for (const UnitState state : unit_states)
            out += fmt::format("ringfence_unit_state{{{},policy=\"{}\",state=\"{}\"}} {:d}\n",
                               unit_labels(data, unit.host, unit.unit), label(unit.policy),
                               name_of(state), unit.state == state);
}

void add_unenforced(const ReportData& data, std::string& out) {
    metric(out, "ringfence_unit_unenforced",
           "Rights that the policy restricts and the kernel cannot.");
    for (const ReportUnit& unit : data.units)
        for (const std::string& right : unit.unenforced)
            out += fmt::format("ringfence_unit_unenforced{{{},right=\"{}\"}} 1\n",
                               unit_labels(data, unit.host, unit.unit), label(right));
}

void add_kernels(const ReportData& data, std::string& out) {
    const auto labels = [&](const ReportKernel& kernel) {
        return data.fleet ? fmt::format("{{host=\"{}\"}}", label(kernel.host)) : "";
    };
    metric(out, "ringfence_kernel_abi", "The Landlock ABI of the kernel.");
    for (const ReportKernel& kernel : data.kernels)
        out += fmt::format("ringfence_kernel_abi{} {}\n", labels(kernel), kernel.abi);
    metric(out, "ringfence_kernel_degraded", "Whether the ABI is below expected_abi: 1, else 0.");
    for (const ReportKernel& kernel : data.kernels)
        out += fmt::format("ringfence_kernel_degraded{} {:d}\n", labels(kernel), kernel.degraded);
}

void add_starts(const ReportData& data, std::string& out) {
    metric(out, "ringfence_unit_starts", "Starts that the journal holds, by how they went.");
    for (const ReportUnit& unit : data.units)
        for (const auto& [state, count] :
             {std::pair("enforced", unit.enforced), std::pair("degraded", unit.degraded),
              std::pair("refused", unit.refused)})
            out += fmt::format("ringfence_unit_starts{{{},state=\"{}\"}} {}\n",
                               unit_labels(data, unit.host, unit.unit), state, count);
}

void add_denials(const ReportData& data, std::string& out) {
    metric(out, "ringfence_denials", "Denials that the journal holds, by missing right.");
    for (const auto& one : data.series)
        out += fmt::format("ringfence_denials{{{},right=\"{}\"}} {}\n",
                           unit_labels(data, one.host, one.unit), label(one.right), one.count);
}

void add_number(std::string& out, const char* name, const char* help, std::int64_t value) {
    metric(out, name, help);
    out += fmt::format("{} {}\n", name, value);
}

}  // namespace

std::string report_prometheus(const ReportData& data) {
    std::string out;
    add_states(data, out);
    add_unenforced(data, out);
    add_kernels(data, out);
    add_starts(data, out);
    add_denials(data, out);
    add_number(out, "ringfence_denials_unattributed",
               "Denials that cannot be attributed to a unit with certainty.",
               static_cast<std::int64_t>(data.unattributed));
    add_number(out, "ringfence_records_lost", "Audit records that are known to be lost.",
               static_cast<std::int64_t>(data.lost));
    const auto seconds = [](Time time) {
        return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    };
    add_number(out, "ringfence_report_since_seconds", "Where the counts begin, in Unix time.",
               seconds(data.since));
    add_number(out, "ringfence_report_seconds", "When these metrics were made, in Unix time.",
               seconds(data.made));
    return out;
}

}  // namespace ringfence::cli
