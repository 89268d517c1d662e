// SPDX-License-Identifier: LGPL-2.1-or-later
// Short names for the files that rules come from. A table has "tls.toml:12", and below the table
// each file has a line with its whole path.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "policy/model/rules.h"

namespace ringfence::cli {

struct SourceLabel {
    std::string label;  ///< the last parts of the path that no other file shares
    std::string path;
    std::string chain;  ///< "nginx > tls"; empty for a unit's own files
    bool drop_in = false;
};

class SourceLabels {
  public:
    /// Labels every file of the rules.
    explicit SourceLabels(const policy::Rules& rules);

    const std::vector<SourceLabel>& rows() const { return rows_; }

    /// "LABEL:LINE". Empty if the place is not known.
    std::string place(const Location& where) const;

  private:
    void add(SourceLabel file);
    void add_origins(const std::vector<policy::Origin>& origins);
    void add_layer(const policy::Layer& layer);

    std::vector<SourceLabel> rows_;
    std::map<std::string, std::string> labels_;  // by path
};

}  // namespace ringfence::cli
