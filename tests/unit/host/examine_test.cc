// SPDX-License-Identifier: LGPL-2.1-or-later
// The doctor has each finding on a tree with that defect, and none on a good tree.
#include "host/examine.h"

#include <filesystem>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "host/journald.h"
#include "landlock/report.h"
#include "scratch.h"

namespace ringfence::host {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char wrapper[] = "/usr/libexec/ringfence-exec";
constexpr char generator[] = "/usr/lib/systemd/system-generators/ringfence-generator";
constexpr char output[] = "/run/systemd/generator";

auto is(Level level, const std::string& part) {
    return Contains(
        AllOf(Field(&Finding::level, level), Field(&Finding::message, HasSubstr(part))));
}
const auto all_fine = Each(Field(&Finding::level, Level::ok));

class Examine : public ScratchTest {
  protected:
    void write(const std::string& path, const std::string& text, mode_t mode = 0644) const {
        scratch_.write(path, text);
        ::chmod(scratch_.at(path).c_str(), mode);
    }

    Machine machine() const {
        Kernel kernel{"7.3.0", landlock::interpret(11, 7), AuditStatus{1, 0, 0, 8192, 0}};
        return {root_,   kernel, unit::Scope::system,          output,
                wrapper, {},     [](const auto&) { return 0; }};
    }

    /// Copies the real wrapper, and makes a runner that answers like a working one.
    Machine with_wrapper(int closed, int open) {
        fs::create_directories(directory_ / "usr/libexec");
        fs::copy_file(RINGFENCE_WRAPPER_BUILT, directory_ / "usr/libexec/ringfence-exec");
        Machine all = machine();
        all.run = [=](const std::vector<std::string>& words) {
            const bool may = std::find(words.begin(), words.end(),
                                       std::string("--execute=") + wrapper) != words.end();
            return std::optional<int>(may ? open : closed);
        };
        return all;
    }

    static dropin::PlannedFile fenced() {
        return {"a.service", dropin::Fenced{dropin_file, "a", "00", nullptr}};
    }
    static dropin::PlannedFile refused() {
        return {"a.service", dropin::Refused{dropin_file,
                                             {{{"/etc/ringfence/policies/a.toml", 3, 1},
                                               "unknown key \"raed\"",
                                               "try `read`"}}}};
    }

    inline static const dropin::DropinFile dropin_file = {"a.service.d/~ringfence.conf",
                                                          "[Service]\n"};

    const Root root_ = root();
};

TEST_F(Examine, KernelThatKnowsEverything) {
    EXPECT_THAT(examine_kernel(machine()), all_fine);
}

TEST_F(Examine, OldKernel) {
    Machine old = machine();
    old.kernel.landlock = landlock::interpret(6, 0);
    const Findings findings = examine_kernel(old);
    EXPECT_THAT(findings, is(Level::warning, "does not log"));
    EXPECT_THAT(findings, is(Level::note, "fs.resolve_unix (ABI 9)"));
    EXPECT_THAT(findings, is(Level::note, "erratum 2"));
}

TEST_F(Examine, ErrataOfRightsThatAKernelLacksAreNotNamed) {
    Machine old = machine();
    old.kernel.landlock = landlock::interpret(3, 0);
    EXPECT_THAT(examine_kernel(old), Not(is(Level::note, "erratum 2")));
}

TEST_F(Examine, KernelWithNewerLandlockThanOurs) {
    Machine newer = machine();
    newer.kernel.landlock = landlock::interpret(landlock::newest_abi + 1, 7);
    EXPECT_THAT(examine_kernel(newer), is(Level::note, "is newer than"));
}

TEST_F(Examine, KernelWithoutLandlock) {
    Machine without = machine();
    without.kernel.landlock = landlock::interpret(-ENOSYS, 0);
    EXPECT_THAT(examine_kernel(without), is(Level::problem, "has no Landlock"));
    without.kernel.landlock = landlock::interpret(-EPERM, 0);
    EXPECT_THAT(examine_kernel(without), is(Level::problem, "refused"));
}

TEST_F(Examine, AKernelBelowTheExpectedAbi) {
    Machine old = machine();
    old.kernel.landlock = landlock::interpret(7, 7);
    EXPECT_THAT(examine_kernel(old), Not(is(Level::warning, "")));
    EXPECT_THAT(examine_kernel(old), is(Level::note, "too old for fs.resolve_unix (ABI 9)"));
    const auto names_the_key = [](const Machine& machine) {
        const Findings findings = examine_kernel(machine);
        return std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
            return finding.level == Level::note &&
                   finding.fix.find("expected_abi") != std::string::npos;
        });
    };
    EXPECT_TRUE(names_the_key(old));
    old.expected_abi = 7;
    EXPECT_FALSE(names_the_key(old)) << "it is set already";
    EXPECT_THAT(examine_kernel(old), Not(is(Level::warning, "")));
    old.expected_abi = 10;
    old.expected_by = "/etc/ringfence/ringfence.conf:1:16";
    EXPECT_THAT(examine_kernel(old),
                is(Level::warning, "older than expected_abi = 10 (/etc/ringfence/ringfence.conf"));
}

// Numbers are compared, also where the table of rights has no row for them.
TEST_F(Examine, AnExpectedAbiThatRingfenceDoesNotKnow) {
    Machine newer = machine();
    newer.kernel.landlock = landlock::interpret(landlock::newest_abi, 7);
    newer.expected_abi = landlock::newest_abi + 2;
    EXPECT_THAT(examine_kernel(newer),
                is(Level::warning, "its Landlock ABI 11 is older than expected_abi = 13"));
    newer.kernel.landlock = landlock::interpret(landlock::newest_abi + 1, 7);
    EXPECT_THAT(examine_kernel(newer),
                is(Level::warning, "its Landlock ABI 12 is older than expected_abi = 13"));
    newer.kernel.landlock = landlock::interpret(landlock::newest_abi + 2, 7);
    EXPECT_THAT(examine_kernel(newer), Not(is(Level::warning, "")));
}

TEST_F(Examine, LandlockNotInTheListOfModules) {
    write("/sys/kernel/security/lsm", "capability,apparmor\n");
    Machine off = machine();
    off.kernel.landlock = landlock::interpret(-EOPNOTSUPP, 0);
    const Findings findings = examine_kernel(off);
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_EQ(findings[0].fix,
              "add to the kernel's command line: lsm=landlock,capability,apparmor");
}

TEST_F(Examine, Wrapper) {
    EXPECT_THAT(examine_wrapper(machine()), is(Level::problem, "No such file"));
    EXPECT_THAT(examine_wrapper(with_wrapper(report::exit_exec, 0)), all_fine);
}

TEST_F(Examine, WrapperThatDoesNotFence) {
    EXPECT_THAT(examine_wrapper(with_wrapper(0, 0)), is(Level::problem, "does not fence"));
}

TEST_F(Examine, WrapperThatDoesNotStartThings) {
    EXPECT_THAT(examine_wrapper(with_wrapper(report::exit_exec, 77)),
                is(Level::problem, "(expected 0)"));
}

TEST_F(Examine, WrapperWithTheWrongMode) {
    const Machine all = with_wrapper(report::exit_exec, 0);
    const fs::path path = directory_ / "usr/libexec/ringfence-exec";
    ::chmod(path.c_str(), 0775);
    EXPECT_THAT(examine_wrapper(all), is(Level::problem, "changed by users other than root"));
    ::chmod(path.c_str(), 04755);
    EXPECT_THAT(examine_wrapper(all), is(Level::problem, "set-user-ID"));
    ::chmod(path.c_str(), 0700);
    EXPECT_THAT(examine_wrapper(all), is(Level::problem, "executed by all users"));
}

TEST_F(Examine, WrapperThatIsSomethingElse) {
    write(wrapper, "#!/bin/sh\nexec \"$@\"\n", 0755);
    EXPECT_THAT(examine_wrapper(machine()), is(Level::problem, "statically linked"));
    fs::copy_file("/proc/self/exe", directory_ / "usr/libexec/ringfence-exec",
                  fs::copy_options::overwrite_existing);
    EXPECT_THAT(examine_wrapper(machine()), is(Level::problem, "statically linked"));
}

TEST_F(Examine, Generator) {
    EXPECT_THAT(examine_generator(machine()), is(Level::problem, "in none of"));
    write(generator, "x", 0755);
    EXPECT_THAT(examine_generator(machine()), all_fine);
    ::chmod((directory_ / (generator + 1)).c_str(), 0644);
    EXPECT_THAT(examine_generator(machine()), is(Level::problem, "may not be executed"));
    write("/etc/systemd/system-generators/ringfence-generator", "");
    EXPECT_THAT(examine_generator(machine()), is(Level::problem, "masks"));
}

TEST_F(Examine, GeneratorThatDidNotComeToItsEnd) {
    write(generator, "x", 0755);
    Machine attached = machine();
    attached.plan.files = {fenced()};
    EXPECT_THAT(examine_generator(attached), is(Level::problem, "did not finish"));
    write(std::string(output) + "/ringfence.stamp", "");
    EXPECT_THAT(examine_generator(attached), all_fine);
}

TEST_F(Examine, Units) {
    Machine attached = machine();
    EXPECT_THAT(examine_units(attached), is(Level::note, "0 units"));
    attached.plan.files = {fenced()};
    EXPECT_THAT(examine_units(attached),
                is(Level::problem, "the next start may be without one: a.service"));
    write(std::string(output) + "/a.service.d/~ringfence.conf", "[Service]\nNice=1\n");
    EXPECT_THAT(examine_units(attached),
                is(Level::warning, "changed since the generator ran: a.service"));
    write(std::string(output) + "/a.service.d/~ringfence.conf", "[Service]\n");
    EXPECT_THAT(examine_units(attached), all_fine);
    attached.plan.files = {refused()};
    EXPECT_THAT(examine_units(attached),
                is(Level::problem,
                   "a.service does not start: /etc/ringfence/policies/a.toml:3:1: "
                   "unknown key"));
}

TEST_F(Examine, RequestsThatTheGeneratorCannotSee) {
    Machine attached = machine();
    attached.plan.unseen = {
        {"q.service", "/run/systemd/generator/q.service", "q.service is open", true}};
    EXPECT_THAT(examine_units(attached), is(Level::problem, "q.service is open"));
}

TEST_F(Examine, DropInsOfOtherGenerators) {
    Machine attached = machine();
    attached.plan.files = {fenced()};
    write(std::string(output) + "/a.service.d/~ringfence.conf", "[Service]\n");
    write(std::string(output) + "/a.service.d/zzz-lxc-override.conf", "[Service]\nNice=1\n");
    EXPECT_THAT(examine_units(attached), all_fine);
    write(std::string(output) + ".late/a.service.d/~site.conf", "[Service]\nExecStart=/x\n");
    EXPECT_THAT(examine_units(attached),
                is(Level::problem, "a.service is unfenced: " + std::string(output) +
                                       ".late/a.service.d/~site.conf replaces the command"));
    write(std::string(output) + ".late/a.service.d/~site.conf", "[Service]\nNice=1\n");
    write(std::string(output) + "/a.service.d/10-autologin.conf", "[Service]\nExecStart=/x\n");
    EXPECT_THAT(examine_units(attached),
                is(Level::problem, "10-autologin.conf changes the command, and the fence's"));
}

TEST_F(Examine, Audit) {
    const std::string heading = "sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode\n";
    write("/proc/net/netlink",
          heading + "0 9 0 00000000 0 0 0 2 0 6\n0 9 1 00000001 0 0 0 2 0 7\n");
    Machine all = machine();
    EXPECT_THAT(examine_audit(all), all_fine);
    all.kernel.audit = AuditStatus{0, 0, 0, 64, 0};
    EXPECT_THAT(examine_audit(all), is(Level::warning, "auditing is off"));
    all.kernel.audit = AuditStatus{1, 77, 100, 64, 5};
    EXPECT_THAT(examine_audit(all), is(Level::warning, "lost 5"));
    EXPECT_THAT(examine_audit(all), is(Level::warning, "above 100 a second"));
    EXPECT_THAT(examine_audit(all), is(Level::note, "PID 77"));
    all.kernel.audit = tl::unexpected(std::make_error_code(std::errc::operation_not_permitted));
    EXPECT_THAT(examine_audit(all), is(Level::unknown, "not permitted"));
}

TEST_F(Examine, NobodyReadsTheAuditRecords) {
    write("/proc/net/netlink",
          "headings\n0 9 0 00000000 0 0 0 2 0 6\n0 15 1 00000001 0 0 0 2 0 7\n");
    EXPECT_THAT(examine_audit(machine()), is(Level::warning, "does not receive"));
    write("/run/systemd/container", "systemd-nspawn");
    EXPECT_THAT(examine_audit(machine()), is(Level::unknown, "a container cannot see"));
}

TEST_F(Examine, Journal) {
    fs::create_directories(directory_ / "var/log/journal");
    EXPECT_THAT(examine_journal(machine()), all_fine);
    write("/usr/lib/systemd/journald.conf", "[Journal]\nAudit=no\n");
    EXPECT_THAT(examine_journal(machine()),
                is(Level::warning, "/usr/lib/systemd/journald.conf:2:1: Audit=no"));
    write("/etc/systemd/journald.conf", "[Journal]\n#Audit=no\n");  // replaces the other
    EXPECT_THAT(examine_journal(machine()), all_fine);
    write("/run/systemd/journald.conf.d/50-a.conf", "[Journal]\nStorage=none\n");
    EXPECT_THAT(examine_journal(machine()), is(Level::warning, "Storage=none"));
    write("/etc/systemd/journald.conf.d/50-a.conf", "[Journal]\nStorage=volatile\n");
    EXPECT_THAT(examine_journal(machine()), is(Level::note, "lost at reboot"));
}

TEST_F(Examine, JournaldReadsItsFilesInOrder) {
    write("/etc/systemd/journald.conf.d/10-a.conf",
          "[Journal]\nStorage=none\n[Other]\nStorage=x\n");
    write("/usr/lib/systemd/journald.conf.d/20-b.conf", "[Journal]\nStorage = \\\n  auto\n");
    const auto setting = journald_setting(root_, "Storage");
    ASSERT_TRUE(setting);
    EXPECT_EQ(setting->value, "auto");
}

TEST_F(Examine, SecurityModules) {
    EXPECT_THAT(examine_security_modules(machine()), all_fine);
    write("/sys/fs/selinux/enforce", "1");
    write("/sys/module/apparmor/parameters/enabled", "Y\n");
    EXPECT_THAT(examine_security_modules(machine()), is(Level::note, "SELinux"));
    EXPECT_THAT(examine_security_modules(machine()), is(Level::note, "AppArmor"));
    write("/sys/fs/selinux/enforce", "0");
    EXPECT_THAT(examine_security_modules(machine()), Not(is(Level::note, "SELinux")));
}

// Reads the kernel's own table with a socket of the test in it, because a made-up table might have
// another form.
TEST(AuditListeners, AreFoundInTheRunningKernelsTable) {
    const auto count = [] {
        std::ifstream in("/proc/net/netlink");
        return audit_listeners(std::string(std::istreambuf_iterator<char>(in), {})).count;
    };
    const unsigned before = count();
    const Fd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT));
    sockaddr_nl address = {AF_NETLINK, 0, 0, 1};
    if (!fd || ::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        GTEST_SKIP() << "needs CAP_AUDIT_READ";
    EXPECT_EQ(count(), before + 1);
}

TEST(AuditStatus, ComesFromTheRunningKernel) {
    const auto status = read_audit_status();
    if (!status) GTEST_SKIP() << "needs CAP_AUDIT_CONTROL: " << status.error().message();
    EXPECT_LE(status->enabled, 2u);
    EXPECT_GT(status->backlog_limit, 0u);
}

TEST(RunProgram, ReturnsTheStatusAndPrintsNothing) {
    EXPECT_EQ(run_program({"/bin/sh", "-c", "echo no; exit 7"}), 7);
    EXPECT_EQ(run_program({"/nonexistent"}), std::nullopt);
    EXPECT_EQ(run_program({"/bin/sh", "-c", "kill -9 $$"}), std::nullopt);
}

// The trial of the built wrapper on the running kernel.
TEST(RunProgram, TheTrialOfTheBuiltWrapper) {
    if (landlock::probe().abi == 0) GTEST_SKIP() << "this kernel has no Landlock";
    const std::string built = RINGFENCE_WRAPPER_BUILT;
    EXPECT_EQ(
        run_program({built, "--report=none", "--log=none", "--abi=1", "--", built, "--version"}),
        report::exit_exec);
    EXPECT_EQ(run_program({built, "--report=none", "--log=none", "--abi=1", "--execute=" + built,
                           "--", built, "--version"}),
              0);
}

}  // namespace
}  // namespace ringfence::host
