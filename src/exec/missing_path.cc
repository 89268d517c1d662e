// SPDX-License-Identifier: LGPL-2.1-or-later
#include "exec/missing_path.h"

#include "exec/sys.h"

namespace ringfence::exec {

namespace {

bool is_absent(long result) {
    return result == -sys::enoent || result == -sys::enotdir;
}

// make_plan() has read all options.
bool find_hidden(const Arguments& arguments, std::string_view path, Hidden* ret) {
    Arguments::Cursor cursor = arguments.begin();
    for (const char* argument = cursor.next(); argument != nullptr; argument = cursor.next()) {
        Option option;
        Failure none;
        if (parse_option(argument, &option, &none) && option.kind == OptionKind::hidden &&
            parse_hidden(option, ret, &none) && is_at_or_beneath(path, ret->path))
            return true;
    }
    return false;
}

}  // namespace

bool is_left_out(const Arguments& arguments, const PathRule& rule, long result) {
    if (!rule.optional) return false;
    if (is_absent(result)) return true;
    // A user may not even look into a directory that systemd has made inaccessible.
    Hidden hidden;
    return result == -sys::eacces && find_hidden(arguments, rule.path, &hidden);
}

void refuse_path(const Arguments& arguments, const PathRule& rule, long result, Failure* failure) {
    set_failure(failure, report::exit_refused, result, "cannot open the path of a rule, ",
                rule.path);
    Hidden hidden;
    if (find_hidden(arguments, rule.path, &hidden))
        failure->text.add("; ")
            .add(hidden.setting)
            .add("= of the unit hides ")
            .add(hidden.path)
            .add(" from it: change that setting, or take the rule out");
    else if (is_absent(result))
        failure->text.add("; create it, or write \"-\" before it if it may be missing");
}

}  // namespace ringfence::exec
