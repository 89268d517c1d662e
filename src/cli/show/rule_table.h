// SPDX-License-Identifier: LGPL-2.1-or-later
// The tables of `ringfence show`. A row says what a rule is about, which rights it gives and where
// it comes from. Below the row are the reasons that the files give.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "cli/show/source_labels.h"
#include "cli/terminal/terminal.h"
#include "policy/model/rules.h"

namespace ringfence::cli {

struct RuleRow {
    std::array<std::string, 3> cells;  ///< what, which, from; safe to print
    std::vector<std::string> notes;    ///< each below the row, wrapped; safe to print
};

/// Where a rule or setting comes from: "tls.toml:12", or the reason if no file has it. The chain of
/// its file ("nginx > tls") is shown once, beside the file's whole path.
std::string from_text(const SourceLabels& labels, const policy::Origin& origin);

RuleRow rule_row(const SourceLabels& labels, std::string what, std::string which,
                 const std::vector<policy::Origin>& origins);

/// The path of a rule or of a quiet path. A "-" before it says that the path may be missing.
template <class Rule>
std::string rule_path(const Rule& rule) {
    return (rule.optional ? "-" : " ") + visible(rule.path);
}

/// An empty line and a title.
std::string section_title(const std::string& text, const Terminal& terminal);

/// A title and the rows. The result is empty without rows. If the last cell does not fit the
/// terminal, it gets lines of its own.
std::string rule_table(const char* title, const std::vector<RuleRow>& rows,
                       const Terminal& terminal);

}  // namespace ringfence::cli
