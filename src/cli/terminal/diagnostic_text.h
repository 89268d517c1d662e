// SPDX-License-Identifier: LGPL-2.1-or-later
// Diagnostics for people: the message, the line that it is about, and a mark below the place.
//
//   /etc/ringfence/policies/nginx.toml:4:1: error: unknown key "raed" in [filesystem]
//     4 | raed = ["/etc/nginx"]
//       | ^~~~
//       = help: did you mean `read`?
//
// to_string() gives one line for a problem, for the journal and for comments in drop-ins.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.h"
#include "base/root.h"
#include "base/severity.h"
#include "cli/terminal/terminal.h"

namespace ringfence::cli {

/// Renders diagnostics. It keeps the texts of files that it has read.
class DiagnosticText {
  public:
    /// The text of the file that a Location names. Nothing: the line is not shown.
    using ReadFile = std::function<std::optional<std::string>(const std::string& file)>;

    DiagnosticText(ReadFile read, const Terminal& terminal);
    /// Reads files below `root`, which must outlive this.
    DiagnosticText(const Root& root, const Terminal& terminal);

    /// One diagnostic, ending in a newline. `identifier` (which may be empty) is added to the
    /// severity in brackets: "warning[all-ports]".
    std::string render(const Diagnostic& diagnostic, Severity severity = Severity::error,
                       std::string_view identifier = {});

  private:
    struct SourceText {
        std::string text;
        std::vector<std::size_t> line_starts;  ///< line N begins at line_starts[N - 1]
    };

    std::optional<std::string_view> line_of(const Location& where);
    std::string excerpt(std::string_view line, const Location& where) const;

    ReadFile read_;
    Terminal terminal_;
    std::map<std::string, std::optional<SourceText>> files_;
};

/// Renders all diagnostics as errors, with an empty line between two.
std::string render_diagnostics(const Root& root, const Diagnostics& diagnostics,
                               const Terminal& terminal);

}  // namespace ringfence::cli
