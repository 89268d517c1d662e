// SPDX-License-Identifier: LGPL-2.1-or-later
#include "exec/program.h"

#include "exec/sys.h"

namespace ringfence::exec {

namespace {

// DEFAULT_PATH of systemd's src/basic/path-util.h. The generator passes the list of the unit.
constexpr char default_search_path[] =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

bool is_executable_file(const char* path) {
    sys::FileIdentity identity;
    return sys::identify(sys::at_fdcwd, path, &identity) >= 0 &&
           (identity.mode & sys::type_mask) == sys::type_regular && sys::access_execute(path) >= 0;
}

void unset_variables(const Arguments& arguments, Environment* environment, Failure* failure) {
    Arguments::Cursor cursor = arguments.begin();
    for (const char* argument = cursor.next(); argument != nullptr; argument = cursor.next()) {
        Option option;
        if (parse_option(argument, &option, failure) &&
            option.kind == OptionKind::unset_environment)
            environment->unset(option.value);
    }
}

void explain(long result, Failure* failure) {
    if (result == -sys::eacces)
        failure->text.add(
            "; the policy must allow fs.execute and fs.read_file on it and on its interpreter, and "
            "the file needs the x permission");
    if (result == -sys::enoent)
        failure->text.add("; it, or the interpreter that it names, is missing");
    if (result == -sys::enoexec)
        failure->text.add("; a script needs a first line \"#!/INTERPRETER\"");
}

}  // namespace

const char* find_program(const Plan& plan, const char* name, ProgramPath* buffer,
                         Failure* failure) {
    if (contains(name, '/')) return name;
    const char* const directories =
        plan.search_path != nullptr ? plan.search_path : default_search_path;
    std::string_view list = directories;
    while (!list.empty()) {
        const std::string_view directory = take_until(&list, ':');
        buffer->clear();
        buffer->add(directory).add("/").add(name);
        const char* const candidate = buffer->c_str();
        if (!directory.empty() && !buffer->cut() && is_executable_file(candidate)) return candidate;
    }
    set_failure(failure, report::exit_exec, -sys::enoent, "cannot find the program ", name);
    failure->text.add("; looked in ").add(directories);
    return nullptr;
}

void execute(const Arguments& arguments, const Plan& plan, const char* path,
             Environment* environment, Failure* failure) {
    if (plan.unsets) unset_variables(arguments, environment, failure);
    // The list is on the initial stack, and nothing else uses it.
    char** const argv = const_cast<char**>(arguments.program());
    if (plan.argv0 != nullptr) argv[0] = const_cast<char*>(plan.argv0);
    const long result = sys::execve(path, argv, environment->variables());
    set_failure(failure, report::exit_exec, result, "cannot execute ", path);
    explain(result, failure);
}

}  // namespace ringfence::exec
