// SPDX-License-Identifier: LGPL-2.1-or-later
// The systemd generator: ringfence-generator(8), systemd.generator(7).
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <malloc.h>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "base/root.h"
#include "dropin/plan.h"
#include "dropin/stand_ins.h"
#include "generators/log.h"
#include "generators/output.h"
#include "generators/paths.h"
#include "policy/resolve/resolve.h"
#include "unit/load_path.h"

namespace {

using namespace ringfence;
using generator::Log;
using generator::Priority;

constexpr char usage[] =
    "Usage: ringfence-generator NORMAL-DIR EARLY-DIR LATE-DIR\n"
    "       ringfence-generator DIR\n"
    "       ringfence-generator --dry-run [--root=DIR] [--user]\n"
    "\n"
    "Writes a drop-in for each service unit that asks for a Landlock fence with\n"
    "X-LandlockPolicy=. systemd runs it; --dry-run shows what it would write.\n"
    "\n"
    "  --dry-run      write to standard output\n"
    "  --root=DIR     read units and policies beneath DIR\n"
    "  --user         the units of the user manager\n"
    "  --help         this text\n"
    "  --version      the version\n"
    "\n"
    "See ringfence-generator(8).\n";

struct Options {
    bool dry_run = false;
    bool user = false;
    std::string root = "/";
    std::vector<std::string> directories;
};

std::optional<std::string> environment(const std::string& name) {
    const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

// Nothing if the arguments are not valid.
std::optional<Options> parse_arguments(const std::vector<std::string>& arguments) {
    Options options;
    options.user = environment("SYSTEMD_SCOPE") == "user";
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& argument = arguments[i];
        if (argument == "--dry-run") {
            options.dry_run = true;
        } else if (argument == "--user") {
            options.user = true;
        } else if (argument.rfind("--root=", 0) == 0) {
            options.root = argument.substr(std::strlen("--root="));
        } else if (argument == "--root" && i + 1 < arguments.size()) {
            options.root = arguments[++i];
        } else if (argument.rfind("--", 0) == 0) {
            return std::nullopt;
        } else {
            options.directories.push_back(argument);
        }
    }
    const std::size_t count = options.directories.size();
    const bool fits = options.dry_run ? count == 0 : count == 1 || count == 3;
    return fits && !options.root.empty() ? std::optional<Options>(options) : std::nullopt;
}

// At boot, the kernel's buffer has room for a few hundred lines, and others need it as well.
constexpr std::size_t most_lines = 50;

void log_some(const Log& log, Priority priority, const std::vector<std::string>& lines) {
    const std::size_t count = std::min(lines.size(), most_lines);
    for (std::size_t i = 0; i < count; ++i)
        log.write(priority, lines[i]);
    if (lines.size() > count)
        log.write(priority, std::to_string(lines.size() - count) +
                                " more such lines: ringfence check names all");
}

void log_plan(const Log& log, const dropin::Plan& plan) {
    for (const Diagnostics& all : {plan.warnings, plan.lost}) {
        std::vector<std::string> lines;
        for (const Diagnostic& one : all)
            lines.push_back(to_string(one));
        log_some(log, Priority::warning, lines);
    }
    std::vector<std::string> refusals;
    for (const dropin::PlannedFile& file : plan.files)
        for (const Diagnostic& reason : file.reasons())
            refusals.push_back(file.unit + " will not start: " + to_string(reason));
    log_some(log, Priority::error, refusals);
}

void print_plan(const dropin::Plan& plan) {
    for (const dropin::PlannedFile& file : plan.files) {
        if (const dropin::DropinFile* dropin = file.dropin())
            std::printf("# %s\n%s\n", dropin->path.c_str(), dropin->text.c_str());
        else
            for (const std::string& name : generator::names_to_mask(file))
                std::printf("# %s -> /dev/null\n\n", name.c_str());
    }
}

void write_plan(const Log& log, const dropin::Plan& plan, const Options& options) {
    const std::vector<std::string>& directories = options.directories;
    const generator::Directories output = {
        directories.front(), directories.size() == 3 ? directories[1] : directories.front()};
    const generator::Written written = generator::write_plan(plan, output);
    for (const Diagnostic& problem : written.problems)
        log.write(Priority::error, to_string(problem));
    for (const std::string& unit : written.masked)
        log.write(Priority::error, unit + " is masked, because it cannot be fenced");
}

int run(const Options& options, const Log& log) {
    const auto root = Root::open(options.root);
    if (!root) {
        log.write(Priority::error,
                  "cannot open the root directory " + options.root + ": " + root.error().message());
        return EXIT_FAILURE;
    }
    const unit::LoadPath path =
        unit::load_path(options.user ? unit::Scope::user : unit::Scope::system, environment);
    const policy::SearchPath search =
        options.user ? policy::user_search_path(environment) : policy::system_search_path();
    dropin::Policies policies;
    policies.defaults = policy::read_defaults(*root, search);
    policies.resolver = [&] {
        return policy::make_resolver(*root, search, policies.defaults.value_or(policy::Defaults{}));
    };
    policies.names = dropin::policy_names(*root, search);
    const dropin::Plan plan = dropin::make_plan(
        *root, path, policies,
        dropin::Wrapper{generator::wrapper_path, path.scope, dropin::kernel_abi_below(*root)},
        dropin::Detail::text);
    log_plan(log, plan);
    if (options.dry_run)
        print_plan(plan);
    else
        write_plan(log, plan, options);
    return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.size() == 1 && arguments[0] == "--help") {
        std::fputs(usage, stdout);
        return EXIT_SUCCESS;
    }
    if (arguments.size() == 1 && arguments[0] == "--version") {
        std::puts("ringfence-generator " RINGFENCE_VERSION);
        return EXIT_SUCCESS;
    }
    const auto options = parse_arguments(arguments);
    if (!options) {
        std::fputs(usage, stderr);
        return 64;
    }
    ::umask(022);
#ifdef __GLIBC__
    // Switch the fast bins off: glibc goes through them at each large allocation, and there are
    // hundreds of those for each policy. There is one thread yet.
    ::mallopt(M_MXFAST, 0);         // NOLINT(concurrency-mt-unsafe)
    ::mallopt(M_TOP_PAD, 1 << 20);  // NOLINT(concurrency-mt-unsafe)
#endif
    // systemd's own generators find out in this way whether the manager runs them.
    const bool by_manager = environment("SYSTEMD_EXEC_PID") == std::to_string(::getpid());
    const bool in_boot = by_manager && !options->user && !options->dry_run;
    return run(*options, Log(in_boot ? generator::Sink::kernel : generator::Sink::standard_error));
}
