// SPDX-License-Identifier: LGPL-2.1-or-later
#include "policy/resolve/defaults.h"

#include <algorithm>

#include "policy/interop/parse_policy.h"
#include "policy/model/policy.h"
#include "policy/resolve/search.h"

namespace ringfence::policy {

namespace {

constexpr char file_name[] = "ringfence.conf";
constexpr char directory_name[] = "ringfence.conf.d";

void apply(Defaults& defaults, const FoundFile& file, Diagnostics& problems) {
    const auto parsed = parse_policy(file.text, file.path, Role::defaults);
    if (!parsed) {
        problems.insert(problems.end(), parsed.error().begin(), parsed.error().end());
        return;
    }
    defaults.files.push_back(file.path);
    if (parsed->minimum_abi) {
        defaults.minimum_abi = parsed->minimum_abi->value;
        defaults.minimum_abi_where = parsed->minimum_abi->where;
    }
    if (parsed->stand_ins) {
        defaults.stand_ins = parsed->stand_ins->value;
        defaults.stand_ins_where = parsed->stand_ins->where;
    }
    if (parsed->expected_abi) {
        defaults.expected_abi = parsed->expected_abi->value;
        defaults.expected_abi_where = parsed->expected_abi->where;
    }
    if (parsed->reports) {
        defaults.reports = parsed->reports->value;
        defaults.reports_where = parsed->reports->where;
    }
}

}  // namespace

int default_minimum(const Defaults& defaults, int abi) {
    const int minimum = defaults.minimum_abi.value_or(1);
    return minimum == minimum_abi_all ? minimum : std::min(minimum, abi);
}

Result<Defaults> read_defaults(const Root& root, const SearchPath& policies) {
    const SearchPath path = configuration_search_path(policies);
    const Search search(root, path);
    Defaults defaults;
    defaults.architecture = architecture_below(root);
    Diagnostics problems;
    const auto main = search.find_file(file_name);
    const auto drop_ins = search.find_files(directory_name, ".conf");
    if (!main) problems = main.error();
    if (!drop_ins)
        problems.insert(problems.end(), drop_ins.error().begin(), drop_ins.error().end());
    if (main && *main && !(*main)->masked) apply(defaults, **main, problems);
    if (drop_ins)
        for (const FoundFile& file : *drop_ins)
            apply(defaults, file, problems);
    if (!problems.empty()) return tl::unexpected(std::move(problems));
    return defaults;
}

}  // namespace ringfence::policy
