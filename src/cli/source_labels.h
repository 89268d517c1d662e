// SPDX-License-Identifier: LGPL-2.1-or-later
// Short names for the files that rules come from: "tls.toml:12" in a table, and below it one line a
// file with its whole path.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "policy/rules.h"

namespace ringfence::cli {

class SourceLabels {
  public:
    /// Labels every file of the rules; the last parts of its path that no other file shares.
    explicit SourceLabels(const policy::Rules& rules);

    struct Row {
        std::string label;
        std::string path;
        std::string chain;  ///< "nginx > tls"; empty for a unit's own files
        bool drop_in = false;
    };
    const std::vector<Row>& rows() const { return rows_; }

    /// "LABEL:LINE"; empty for a place that is not known.
    std::string place(const Location& where) const;

  private:
    void add(const std::string& path, const std::string& chain, bool drop_in);
    void add_origins(const std::vector<policy::Origin>& origins);
    void add_layer(const policy::Layer& layer);

    std::vector<Row> rows_;
    std::map<std::string, std::string> labels_;  // by path
};

}  // namespace ringfence::cli
