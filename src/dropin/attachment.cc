// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dropin/attachment.h"

#include <algorithm>

#include "base/ascii.h"
#include "policy/model/name.h"
#include "unit/specifier.h"
#include "unit/words.h"

namespace ringfence::dropin {

namespace {

const std::vector<std::string> policy_keys = {"X-LandlockPolicy", "LandlockPolicy"};

// The known name that differs in the case of its letters only, or else a similar one.
std::string near_to(const std::string& key, const std::vector<std::string>& known) {
    for (const std::string& name : known)
        if (lower(name) == lower(key)) return name;
    return nearest(key, known);
}

bool is_policy_key(std::string_view key) {
    return std::find(policy_keys.begin(), policy_keys.end(), key) != policy_keys.end();
}

// Whether this is one of our settings, or a misspelt one. systemd accepts every name that begins
// with "X-" without a word, so a request in other letters would be lost.
bool is_ours(std::string_view key) {
    const std::string small = lower(key);
    return small.starts_with("x-landlock") || small == "landlockpolicy";
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
            if (is_ours(assignment.key)) read_assignment(assignment);
        // systemd does not read these. A request among them must not be lost in silence.
        for (const unit::Assignment& assignment : file.lost)
            if (is_ours(assignment.key) && !assignment.text().empty())
                problem(assignment.where,
                        assignment.key +
                            "= stands behind a line that ends the file: " + to_string(*file.fatal),
                        "correct that line");
    }

    void read_assignment(const unit::Assignment& assignment) {
        if (assignment.section != "Service")
            return problem(assignment.where,
                           assignment.key + "= in [" + assignment.section + "] has no effect",
                           "put it into [Service]");
        if (is_policy_key(assignment.key)) return read_policies(assignment);
        if (assignment.key == "X-LandlockWrap") return read_wrap(assignment);
        if (is_inline_key(assignment.key)) {
            out_.own_request |= own_;
            return;  // read_inline_rules() reads them together, because an empty one is a reset
        }
        std::vector<std::string> known = inline_keys();
        known.insert(known.end(), {"X-LandlockPolicy", "X-LandlockWrap"});
        const std::string near = near_to(assignment.key, known);
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

    const unit::Unit& unit_;
    Attachment out_;
    bool own_ = false;
};

}  // namespace

Attachment read_attachment(const unit::Unit& unit) {
    return AttachmentReader(unit).read();
}

}  // namespace ringfence::dropin
