// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/host.h"

#include <algorithm>

#include "policy/policy.h"
#include "policy/search.h"

namespace ringfence::policy {

namespace {

constexpr char file_name[] = "ringfence.conf";
constexpr char directory_name[] = "ringfence.conf.d";

void apply(Host& host, const SourceFile& file, Diagnostics& problems) {
    const auto parsed = parse_policy(file.text, file.path, Role::host);
    if (!parsed) {
        problems.insert(problems.end(), parsed.error().begin(), parsed.error().end());
        return;
    }
    host.files.push_back(file.path);
    if (parsed->minimum_abi) {
        host.minimum_abi = parsed->minimum_abi->value;
        host.minimum_abi_where = parsed->minimum_abi->where;
    }
    if (parsed->reports) {
        host.reports = parsed->reports->value;
        host.reports_where = parsed->reports->where;
    }
}

}  // namespace

int default_minimum(const Host& host, int abi) {
    const int minimum = host.minimum_abi.value_or(1);
    return minimum == minimum_abi_all ? minimum : std::min(minimum, abi);
}

Result<Host> read_host(const Root& root, const SearchPath& policies) {
    const SearchPath path = host_search_path(policies);
    const Search search(root, path);
    Host host;
    Diagnostics problems;
    const auto main = search.find_file(file_name);
    const auto drop_ins = search.find_files(directory_name, ".conf");
    if (!main) problems = main.error();
    if (!drop_ins)
        problems.insert(problems.end(), drop_ins.error().begin(), drop_ins.error().end());
    if (main && *main && !(*main)->masked) apply(host, **main, problems);
    if (drop_ins)
        for (const SourceFile& file : *drop_ins)
            apply(host, file, problems);
    if (!problems.empty()) return tl::unexpected(std::move(problems));
    return host;
}

}  // namespace ringfence::policy
