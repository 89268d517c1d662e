// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes one HTML page that needs no other file: no script, font or image. Its
// Content-Security-Policy forbids the browser to load or run anything, in case a name from a
// journal ever gets past the escaping.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "cli/report/data.h"
#include "cli/report/style.h"
#include "cli/terminal/terminal.h"
#include "cli/terminal/time_text.h"

namespace ringfence::cli {

namespace {

using Series = journal::Timeline::Series;

// This many rights have a colour of their own. All other rights share the last colour.
constexpr std::size_t most_colours = 6;

std::string html(const std::string& text) {
    std::string out;
    for (const char c : printable(text)) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

// The denials of one right, added up over all units. Each band has its colour.
struct Band {
    std::string name;
    std::uint64_t count = 0;
    std::vector<std::uint64_t> columns;
};

void add_columns(std::vector<std::uint64_t>& sum, const std::vector<std::uint64_t>& columns) {
    sum.resize(std::max(sum.size(), columns.size()));
    for (std::size_t i = 0; i < columns.size(); ++i)
        sum[i] += columns[i];
}

std::vector<Band> bands_of(const ReportData& data) {
    std::map<std::string, Band> by_right;
    for (const Series& one : data.series) {
        Band& band = by_right[one.right];
        band.name = one.right;
        band.count += one.count;
        add_columns(band.columns, one.columns);
    }
    std::vector<Band> bands;
    for (auto& [name, band] : by_right)
        bands.push_back(std::move(band));
    std::stable_sort(bands.begin(), bands.end(),
                     [](const Band& a, const Band& b) { return a.count > b.count; });
    for (std::size_t i = most_colours + 1; i < bands.size(); ++i) {
        bands[most_colours].name = "other rights";
        bands[most_colours].count += bands[i].count;
        add_columns(bands[most_colours].columns, bands[i].columns);
    }
    if (bands.size() > most_colours + 1) bands.resize(most_colours + 1);
    return bands;
}

std::string tile(const std::string& number, const std::string& what, const char* style = "") {
    return fmt::format("<div class=\"tile\"><b class=\"{}\">{}</b><span>{}</span></div>\n", style,
                       number, what);
}

std::string tiles(const ReportData& data) {
    std::string out = "<section class=\"tiles\">\n";
    for (const auto& [state, what] :
         {std::pair(UnitState::enforced, "enforced"), std::pair(UnitState::degraded, "degraded"),
          std::pair(UnitState::refused, "refused"),
          std::pair(UnitState::not_started, "not started"),
          std::pair(UnitState::unconfirmed, "unconfirmed")}) {
        const std::uint64_t count = data.count(state);
        if (state == UnitState::unconfirmed && count == 0) continue;
        out += tile(std::to_string(count), what, count == 0 ? "" : name_of(state));
    }
    if (data.has_degraded_kernel())
        out += tile(std::to_string(
                        std::count_if(data.kernels.begin(), data.kernels.end(),
                                      [](const ReportKernel& kernel) { return kernel.degraded; })),
                    "kernels below expected_abi", "degraded");
    out += tile(std::to_string(data.timeline.denials()), "denials");
    if (data.unattributed != 0)
        out += tile(std::to_string(data.unattributed), "denials without a unit", "degraded");
    if (data.dropped != 0)
        out += tile(std::to_string(data.dropped), "records beyond the limits", "refused");
    if (data.lost != 0) out += tile(std::to_string(data.lost), "audit records lost", "refused");
    if (data.unread != 0)
        out += tile(std::to_string(data.unread), "possible denials not read", "refused");
    if (!data.proved) out += tile("no proof", "of denials: any user can write this log", "refused");
    return out + "</section>\n";
}

std::string column(const ReportData& data, const std::vector<Band>& bands, std::size_t at,
                   std::uint64_t most) {
    std::string title = utc_text(data.timeline.begin_of(at)).substr(0, 16), bars;
    for (std::size_t i = 0; i < bands.size(); ++i) {
        const std::uint64_t count = bands[i].columns[at];
        if (count == 0) continue;
        title += fmt::format("\n{}: {}", html(bands[i].name), count);
        bars += fmt::format("<i class=\"c{}\" style=\"height:{:.2f}%\"></i>", i,
                            100.0 * static_cast<double>(count) / static_cast<double>(most));
    }
    return fmt::format("<div class=\"column\" title=\"{}\">{}</div>", title, bars);
}

// The upper ends of the scale: round numbers whose half is a whole number, too.
constexpr std::uint64_t small_scales[] = {2, 4, 6, 8};
constexpr std::uint64_t large_scales[] = {10, 12, 16, 20, 24, 30, 40, 50, 60, 80};

std::uint64_t scale_for(const std::vector<Band>& bands) {
    std::vector<std::uint64_t> sums;
    for (const Band& band : bands)
        add_columns(sums, band.columns);
    const std::uint64_t most = sums.empty() ? 0 : *std::max_element(sums.begin(), sums.end());
    if (most == 0) return 0;
    for (const std::uint64_t scale : small_scales)
        if (scale >= most) return scale;
    for (std::uint64_t power = 1;; power *= 10)
        for (const std::uint64_t scale : large_scales)
            if (scale * power >= most) return scale * power;
}

std::string legend(const std::vector<Band>& bands) {
    std::string out = "<ul class=\"legend\">";
    for (std::size_t i = 0; i < bands.size(); ++i)
        out += fmt::format("<li><i class=\"c{}\"></i>{} ({})</li>", i, html(bands[i].name),
                           bands[i].count);
    return out + "</ul>\n";
}

// "one hour", "6 hours".
std::string width_in_words(std::chrono::seconds width) {
    for (const auto& [unit, seconds] : {std::pair("day", 86400), std::pair("hour", 3600)})
        if (width.count() % seconds == 0)
            return width.count() == seconds ? fmt::format("one {}", unit)
                                            : fmt::format("{} {}s", width.count() / seconds, unit);
    return width.count() == 60 ? "one minute" : fmt::format("{} minutes", width.count() / 60);
}

std::string chart(const ReportData& data) {
    const std::vector<Band> bands = bands_of(data);
    const std::uint64_t most = scale_for(bands);
    std::string out = "<section><h2>Denials over time</h2>\n";
    if (most == 0) return out + "<p>No denials.</p></section>\n";
    const std::size_t last = data.timeline.columns() - 1;
    out += fmt::format(
        "<div class=\"chart\"><div "
        "class=\"scale\"><span>{}</span><span>{}</span><span>0</span></div>\n"
        "<div class=\"plot\" role=\"img\" aria-label=\"Missing rights by time; the numbers are in "
        "the "
        "table below\">",
        most, most / 2);
    for (std::size_t i = 0; i <= last; ++i)
        out += column(data, bands, i, most);
    out +=
        fmt::format("</div>\n<div class=\"times\"><span>{}</span><span>{}</span></div></div>\n",
                    utc_text(data.timeline.begin_of(0)).substr(0, 16),
                    utc_text(data.timeline.begin_of(last) + data.timeline.width()).substr(0, 16));
    return out + legend(bands) +
           fmt::format(
               "<p>Each column is {}, UTC. A denial with several missing rights counts under "
               "each.</p></section>\n",
               width_in_words(data.timeline.width()));
}

std::string detail(const ReportUnit& unit) {
    if (!unit.error.empty()) return html(unit.error);
    std::string text;
    if (unit.state != UnitState::degraded) return text;
    for (const std::string& right : unit.unenforced)
        text += (text.empty() ? "not enforced: " : ", ") + html(right);
    return text;
}

std::string unit_row(const ReportData& data, const ReportUnit& unit) {
    return fmt::format(
        "<tr>{}<td class=\"name\">{}</td><td class=\"name\" data-label=\"Policy\">{}</td><td "
        "class=\"state {}\">{}</td>"
        "<td class=\"number\" data-label=\"Denials\">{}</td><td class=\"number\" "
        "data-label=\"ABI\">{}</td>"
        "<td class=\"time\" data-label=\"Last start\">{}</td>"
        "<td class=\"why\">{}</td></tr>\n",
        data.fleet ? fmt::format("<td class=\"name\">{}</td>", html(unit.host)) : "",
        html(unit.unit), html(unit.policy), name_of(unit.state),
        unit.state == UnitState::not_started ? "not started" : name_of(unit.state), unit.denials,
        unit.abi > 0 ? std::to_string(unit.abi) : "", unit.time ? utc_text(*unit.time) : "",
        detail(unit));
}

std::string unit_table(const ReportData& data) {
    std::string out = "<section><h2>Units</h2>\n";
    if (data.units.empty()) return out + "<p>No unit is fenced.</p></section>\n";
    out += fmt::format(
        "<div class=\"wide\"><table "
        "class=\"units\"><thead><tr>{}<th>Unit</th><th>Policy</th><th>State</th>"
        "<th class=\"number\">Denials</th><th class=\"number\">ABI</th><th>Last start (UTC)</th>"
        "<th>Remarks</th></tr></thead><tbody>\n",
        data.fleet ? "<th>Host</th>" : "");
    for (const ReportUnit& unit : data.units)
        out += unit_row(data, unit);
    return out + "</tbody></table></div></section>\n";
}

std::string kernel_row(const ReportData& data, const ReportKernel& kernel) {
    std::string rights;
    for (const std::string& right : kernel.unenforced)
        rights += (rights.empty() ? "" : ", ") + html(right);
    return fmt::format(
        "<tr>{}<td class=\"state {}\">{}</td><td class=\"number\">{}</td><td "
        "class=\"why\">{}</td></tr>\n",
        data.fleet ? fmt::format("<td class=\"name\">{}</td>", html(kernel.host)) : "",
        kernel.degraded ? "degraded" : "", kernel.degraded ? "degraded" : "as expected", kernel.abi,
        rights);
}

// Said here once for all units of a host.
std::string kernel_table(const ReportData& data) {
    if (data.kernels.empty()) return "";
    std::string out = fmt::format(
        "<section><h2>{}</h2>\n<div class=\"wide\"><table><thead><tr>{}<th>State</th>"
        "<th class=\"number\">Landlock ABI</th><th>Too old for</th></tr></thead><tbody>\n",
        data.expected_abi > 0 ? fmt::format("Kernels (expected_abi is {})", data.expected_abi)
                              : "Kernels",
        data.fleet ? "<th>Host</th>" : "");
    for (const ReportKernel& kernel : data.kernels)
        out += kernel_row(data, kernel);
    return out + "</tbody></table></div></section>\n";
}

std::string denial_table(const ReportData& data) {
    if (data.series.empty()) return "";
    std::string out = fmt::format(
        "<section><h2>Denials by unit and right</h2>\n<div class=\"wide\"><table><thead><tr>{}"
        "<th>Unit</th><th>Missing right</th><th "
        "class=\"number\">Denials</th></tr></thead><tbody>\n",
        data.fleet ? "<th>Host</th>" : "");
    for (const Series& one : data.series)
        out += fmt::format(
            "<tr>{}<td class=\"name\">{}</td><td>{}</td><td class=\"number\">{}</td></tr>\n",
            data.fleet ? fmt::format("<td class=\"name\">{}</td>", html(one.host)) : "",
            html(one.unit), html(one.right), one.count);
    return out + "</tbody></table></div></section>\n";
}

}  // namespace

std::string report_html(const ReportData& data) {
    return fmt::format(
               "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
               "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
               "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
               "style-src "
               "'unsafe-inline'\">\n<title>ringfence: "
               "{0}</title>\n<style>{1}</style></head><body><main>\n"
               "<h1>ringfence: {0}</h1>\n<p>{2} to {3} UTC</p>\n",
               html(data.subject), static_cast<const char*>(report_style), utc_text(data.since),
               utc_text(data.until)) +
           tiles(data) + chart(data) + unit_table(data) + kernel_table(data) + denial_table(data) +
           "</main></body></html>\n";
}

}  // namespace ringfence::cli
