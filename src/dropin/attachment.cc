// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/attachment.h"

#include <algorithm>

#include "base/ascii.h"
#include "dropin/own_keys.h"
#include "policy/model/name.h"
#include "unit/specifier.h"
#include "unit/words.h"

namespace ringfence::dropin {

namespace {

const std::vector<std::string> policy_keys = {"X-LandlockPolicy", "LandlockPolicy"};

bool is_policy_key(std::string_view key) {
    return std::find(policy_keys.begin(), policy_keys.end(), key) != policy_keys.end();
}

bool is_marked(const std::string& key) {
    return lower(key).starts_with("x-landlock");
}

bool is_section(std::string_view name) {
    return name == "Unit" || name == "Service" || name == "Install";
}

std::string in_wrong_section(const unit::Assignment& line) {
    return line.key + "= in [" + line.section + "] has no effect";
}

// Why systemd takes no notice of a line (unit::UnitFile::ignored).
std::string why_ignored(const unit::Assignment& line) {
    if (line.section.empty()) return line.key + "= stands before the first section";
    if (!line.text().empty() || !is_section(line.section)) return in_wrong_section(line);
    return "there is no \"=\" behind " + line.key;
}

class AttachmentReader {
  public:
    explicit AttachmentReader(const unit::Unit& unit) : unit_(unit) {}

    Attachment read() {
        for (std::size_t i = 0; i < unit_.files.size(); ++i) {
            own_ = is_own(unit_.dropin(i));
            read_file(unit_.files[i]);
        }
        // X-LandlockWrap= can only add commands: the main one is always fenced.
        if (std::find(out_.wrap.begin(), out_.wrap.end(), "ExecStart") == out_.wrap.end())
            out_.wrap.emplace_back("ExecStart");
        auto rules = read_inline_rules(unit_);
        if (rules)
            out_.rules = std::move(*rules);
        else
            out_.problems.insert(out_.problems.end(), rules.error().begin(), rules.error().end());
        return std::move(out_);
    }

  private:
    // Whether the file is the fragment, or is in a ".d" directory with the full name of the unit or
    // of its template.
    bool is_own(const unit::Dropin* dropin) const {
        if (dropin == nullptr) return true;
        const auto is = [&](const std::string& full) {
            const auto name = unit::parse_service_name(full);
            return dropin->directory_name == full ||
                   (name && dropin->directory_name == name->template_of());
        };
        return std::any_of(unit_.names.begin(), unit_.names.end(), is);
    }

    void read_file(const unit::UnitFile& file) {
        for (const unit::Assignment& assignment : file.assignments)
            read_assignment(assignment, likeness_of(assignment.key));
        for (const unit::Assignment& line : file.ignored) {
            const Likeness likeness = likeness_of(line.key);
            // [X-Vendor] is for the settings of others.
            const bool is_meant = likeness == Likeness::ours || (likeness == Likeness::misspelt &&
                                                                 !line.section.starts_with("X-"));
            if (own_ && is_meant)
                problem(line.where, why_ignored(line), "write KEY=VALUE in [Service]");
            else if (likeness != Likeness::none)
                lost(line, why_ignored(line));
        }
        // systemd does not read these. A request among them must not be lost in silence.
        for (const unit::Assignment& assignment : file.lost) {
            const Likeness likeness = likeness_of(assignment.key);
            if (likeness == Likeness::none || assignment.text().empty()) continue;
            std::string why = assignment.key + "= stands behind a line that ends the file: " +
                              to_string(*file.fatal);
            if (refuses(assignment, likeness))
                problem(assignment.where, std::move(why), "correct that line");
            else
                lost(assignment, std::move(why));
        }
    }

    // Whether a mistake in the setting refuses the unit. What is not surely ours must not stop all
    // units that the file is for.
    bool refuses(const unit::Assignment& line, Likeness likeness) const {
        if (own_) return likeness == Likeness::ours || likeness == Likeness::misspelt;
        return is_marked(line.key) || (line.section == "Service" && is_policy_key(line.key));
    }

    void read_assignment(const unit::Assignment& assignment, Likeness likeness) {
        if (likeness == Likeness::none) return;
        if (!refuses(assignment, likeness))
            return lost(assignment, is_policy_key(assignment.key)
                                        ? in_wrong_section(assignment)
                                        : "unknown setting " + assignment.key + "=");
        if (assignment.section != "Service")
            return problem(assignment.where, in_wrong_section(assignment), "put it into [Service]");
        if (is_policy_key(assignment.key)) return read_policies(assignment);
        if (assignment.key == "X-LandlockWrap") return read_wrap(assignment);
        if (is_inline_key(assignment.key)) {
            out_.own_request |= own_;
            return;  // read_inline_rules() reads them together, because an empty one is a reset
        }
        const std::string near = nearest_key(assignment.key);
        problem(assignment.where, "unknown setting " + assignment.key + "=",
                near.empty() ? "remove it" : "did you mean " + near + "=?");
    }

    void read_policies(const unit::Assignment& assignment) {
        if (assignment.text().empty()) {
            // An empty assignment resets the earlier ones, and mistakes in names among them do not
            // count.
            out_.policies.clear();
            out_.open_names.clear();
            return;
        }
        each_word(assignment,
                  [&](const unit::Word& word) { read_name(word, assignment.at(word.begin)); });
    }

    template <class Read>
    void each_word(const unit::Assignment& assignment, Read read) {
        unit::WordReader words(assignment.text());
        for (;;) {
            const auto word = words.next();
            if (!word)
                return problem(assignment.at(word.error().begin), "a quote is not closed",
                               "close it");
            if (!*word) return;
            read(**word);
        }
    }

    void read_name(const unit::Word& word, const Location& where) {
        const bool optional = word.value.starts_with('-');
        const std::string written = word.value.substr(optional ? 1 : 0);
        const auto name = unit::expand_specifiers(written, unit_.name);
        if (!name && name.error().issue == unit::SpecifierIssue::instance) {
            out_.open_names.push_back({written, optional, where});
            out_.own_request |= own_;
            return;
        }
        if (!name)
            return problem(
                where,
                "the policy name \"" + written + "\" cannot be read: " + describe(name.error()),
                "use %p, %N, %n, %i or %j, or write the name out");
        if (const std::string wrong = policy::problem_with_name(*name); !wrong.empty())
            return problem(where, "\"" + *name + "\" is not a policy's name: " + wrong,
                           "a name is made of the characters of unit names");
        out_.policies.push_back({*name, optional, where});
        out_.own_request |= own_;
    }

    void read_wrap(const unit::Assignment& assignment) {
        if (assignment.text().empty()) return out_.wrap.clear();
        each_word(assignment, [&](const unit::Word& word) {
            if (!unit::is_command_key(word.value))
                problem(assignment.at(word.begin),
                        "\"" + word.value + "\" is not a setting with commands",
                        "the settings with commands are ExecCondition, ExecStartPre, "
                        "ExecStart, ExecStartPost, ExecReload, ExecStop and ExecStopPost");
            out_.wrap.push_back(word.value);
        });
    }

    void problem(const Location& where, std::string message, std::string hint) {
        out_.problems.push_back({where, std::move(message), std::move(hint)});
        out_.own_request |= own_;
    }

    void lost(const unit::Assignment& line, std::string message) {
        const std::string near = nearest_key(line.key);
        out_.lost.push_back({line.where, std::move(message),
                             "if a fence is meant, write " +
                                 (near.empty() ? policy_keys.front() : near) + "= in [Service]"});
    }

    const unit::Unit& unit_;
    Attachment out_;
    bool own_ = false;
};

}  // namespace

Attachment read_attachment(const unit::Unit& unit) {
    return AttachmentReader(unit).read();
}

}  // namespace ringfence::dropin
