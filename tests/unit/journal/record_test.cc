// SPDX-License-Identifier: LGPL-2.1-or-later
#include "journal/record.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/utf8.h"
#include "journal/fields.h"

namespace ringfence::journal {
namespace {

using ::testing::ElementsAre;

template <class T>
T parsed(std::string_view message) {
    const auto record = parse_record(message);
    EXPECT_TRUE(record.has_value()) << message;
    const T* typed = record ? std::get_if<T>(&*record) : nullptr;
    EXPECT_NE(typed, nullptr) << message;
    return typed == nullptr ? T{} : *typed;
}

TEST(Record, EverySpellingOfTheTypes) {
    for (const char* type : {"AUDIT1423", "UNKNOWN[1423]", "LANDLOCK_ACCESS"}) {
        const auto record = parsed<AccessRecord>(std::string(type) +
                                                 " domain=1b7d58beb blockers=fs.read_file "
                                                 "path=\"/etc/nsswitch.conf\" dev=\"overlay\" "
                                                 "ino=10955658");
        EXPECT_EQ(record.domain, 0x1b7d58bebu);
        EXPECT_THAT(record.blockers.names(), ElementsAre("fs.read_file"));
        EXPECT_EQ(record.object.type, ObjectType::path);
        EXPECT_EQ(record.object.path, "/etc/nsswitch.conf");
        EXPECT_EQ(record.object.device, "overlay");
        EXPECT_EQ(record.object.inode, 10955658u);
    }
    for (const char* type : {"AUDIT1424", "UNKNOWN[1424]", "LANDLOCK_DOMAIN"}) {
        const auto record = parsed<DomainRecord>(
            std::string(type) +
            " domain=1b7d58beb status=allocated mode=enforcing pid=1160 uid=33 "
            "exe=\"/usr/local/bin/w2\" comm=\"rf0123456789abc\"");
        EXPECT_TRUE(record.allocated);
        EXPECT_EQ(record.pid, 1160);
        EXPECT_EQ(record.uid, 33u);
        EXPECT_EQ(record.exe, "/usr/local/bin/w2");
        EXPECT_EQ(record.comm, "rf0123456789abc");
    }
    const auto gone =
        parsed<DomainRecord>("AUDIT1424 domain=1b7d58beb status=deallocated denials=13");
    EXPECT_FALSE(gone.allocated);
    EXPECT_EQ(gone.denials, 13u);
}

TEST(Record, OtherTypesAreNoneOfOurs) {
    for (const char* message : {"", " ", "AUDIT", "AUDIT1425 domain=1", "UNKNOWN[1423 domain=1",
                                "AVC avc: denied", "AUDIT14230 domain=1 blockers=x"})
        parsed<OtherRecord>(message);
}

TEST(Record, SeveralBlockers) {
    const auto record = parsed<AccessRecord>(
        "AUDIT1423 domain=1 blockers=fs.make_reg,fs.refer path=\"/usr/lib\" dev=\"overlay\" "
        "ino=15");
    EXPECT_THAT(record.blockers.names(), ElementsAre("fs.make_reg", "fs.refer"));
}

TEST(Record, HexStrings) {
    const auto record = parsed<AccessRecord>(
        "AUDIT1423 domain=1 blockers=fs.read_file path=2F7372762F6120621B5B33316D dev=\"tmpfs\" "
        "ino=10");
    EXPECT_EQ(record.object.path, "/srv/a b\x1b[31m");
    EXPECT_EQ(record.object.inode, 10u);
    // Digits in quotes are a text and not hex.
    EXPECT_EQ(parsed<DomainRecord>("AUDIT1424 domain=1 status=allocated comm=\"616263\"").comm,
              "616263");
    EXPECT_EQ(parsed<DomainRecord>("AUDIT1424 domain=1 status=allocated comm=612063").comm, "a c");
    // An odd number of digits, or text that is not hex, stays as it is.
    EXPECT_EQ(parsed<DomainRecord>("AUDIT1424 domain=1 status=allocated comm=61206").comm, "61206");
    EXPECT_EQ(parsed<DomainRecord>("AUDIT1424 domain=1 status=allocated exe=(null)").exe, "");
}

TEST(Record, Ports) {
    const auto connect =
        parsed<AccessRecord>("AUDIT1423 domain=1 blockers=net.connect_tcp daddr=::1 dest=443");
    EXPECT_EQ(connect.object.type, ObjectType::port);
    EXPECT_TRUE(connect.object.remote);
    EXPECT_EQ(connect.object.address, "::1");
    EXPECT_EQ(connect.object.port, 443);
    const auto bind =
        parsed<AccessRecord>("AUDIT1423 domain=1 blockers=net.bind_tcp saddr=127.0.0.1 src=81");
    EXPECT_FALSE(bind.object.remote);
    EXPECT_EQ(bind.object.address, "127.0.0.1");
    EXPECT_EQ(bind.object.port, 81);
    // The kernel leaves out port 0 and the address 0.0.0.0.
    const auto ephemeral = parsed<AccessRecord>("AUDIT1423 domain=1 blockers=net.bind_tcp");
    EXPECT_EQ(ephemeral.object.type, ObjectType::port);
    EXPECT_EQ(ephemeral.object.port, std::nullopt);
    EXPECT_EQ(
        parsed<AccessRecord>("AUDIT1423 domain=1 blockers=net.bind_tcp src=65536").object.port,
        std::nullopt);
}

TEST(Record, ProcessesAndSockets) {
    const auto signal = parsed<AccessRecord>(
        "AUDIT1423 domain=1 blockers=scope.signal opid=31229 ocomm=\"systemd\"");
    EXPECT_EQ(signal.object.type, ObjectType::process);
    EXPECT_EQ(signal.object.pid, 31229);
    EXPECT_EQ(signal.object.comm, "systemd");
    EXPECT_EQ(
        parsed<AccessRecord>("AUDIT1423 domain=1 blockers=ptrace opid=1 ocomm=\"a\"").object.type,
        ObjectType::process);
    const auto socket = parsed<AccessRecord>(
        "AUDIT1423 domain=1 blockers=scope.abstract_unix_socket path=0072662074657374");
    EXPECT_EQ(socket.object.type, ObjectType::unix_socket);
    EXPECT_TRUE(socket.object.abstract);
    EXPECT_EQ(socket.object.path, "rf test");
}

TEST(Record, SyscallAndProctitle) {
    const auto syscall = parsed<SyscallRecord>(
        "SYSCALL arch=c000003e syscall=257 success=no exit=-13 a0=ffffff9c items=0 ppid=1 "
        "pid=11146 "
        "auid=4294967295 comm=\"cat\" exe=\"/usr/bin/cat\" key=(null)\x1d"
        "ARCH=x86_64 pid=3");
    EXPECT_EQ(syscall.pid, 11146);
    EXPECT_EQ(syscall.comm, "cat");
    EXPECT_EQ(syscall.exe, "/usr/bin/cat");
    EXPECT_EQ(
        parsed<ProctitleRecord>("PROCTITLE proctitle=636174002F6574632F736861646F77").command_line,
        std::string("cat\0/etc/shadow", 15));
    EXPECT_EQ(parsed<ProctitleRecord>("PROCTITLE proctitle=\"bash\"").command_line, "bash");
}

TEST(Record, MalformedLandlockRecordsAreErrors) {
    for (const char* message :
         {"AUDIT1423", "AUDIT1423 ", "AUDIT1423 domain=1", "AUDIT1423 domain=xyz blockers=fs.refer",
          "AUDIT1423 domain=1 blockers=", "AUDIT1423 domain=1 blockers=,,",
          "AUDIT1423 domain=11112222333344445 blockers=fs.refer", "AUDIT1423 blockers=fs.refer",
          "AUDIT1424 domain=1", "AUDIT1424 domain=1 status=born", "AUDIT1424 status=allocated"}) {
        const auto record = parse_record(message);
        ASSERT_FALSE(record.has_value()) << message;
        EXPECT_NE(record.error().front().message.find("LANDLOCK_"), std::string::npos);
    }
}

TEST(Record, AStringCannotAddFields) {
    // The kernel writes a name with a space or quote as hex, so a name that looks like a field
    // cannot pose as one.
    const auto record = parsed<DomainRecord>(
        "AUDIT1424 domain=1 status=allocated pid=5 uid=0 exe=\"/x\" comm=\"uid=7\" uid=8 pid=9");
    EXPECT_EQ(record.uid, 0u);
    EXPECT_EQ(record.pid, 5);
    EXPECT_EQ(record.comm, "uid=7");
}

// Damaged copies of real records must never crash the parser (ASan and UBSan watch).
TEST(Record, DamagedRecords) {
    const std::string whole[] = {
        "AUDIT1423 domain=1b7d58beb blockers=fs.remove_file,fs.refer path=\"/usr/bin\" dev=\"o\" "
        "ino=60",
        "AUDIT1424 domain=1b7 status=allocated mode=enforcing pid=1 uid=0 exe=\"/w\" comm=2F20",
        "UNKNOWN[1423] domain=1 blockers=net.connect_tcp daddr=127.0.0.1 dest=6379",
        "SYSCALL pid=11146 comm=\"cat\" exe=\"/usr/bin/cat\" key=(null)",
    };
    std::mt19937 random(1);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same bytes each time
    std::size_t tried = 0;
    for (const std::string& message : whole) {
        for (std::size_t length = 0; length <= message.size(); ++length, ++tried)
            (void)parse_record(message.substr(0, length));
        for (int i = 0; i < 2000; ++i, ++tried) {
            std::string damaged = message;
            for (int j = 0; j < 3; ++j)
                damaged[random() % damaged.size()] = static_cast<char>(random());
            (void)parse_record(damaged);
        }
    }
    EXPECT_GT(tried, 8000u);
    (void)parse_record(std::string(1 << 20, '='));
    (void)parse_record("AUDIT1423 " + std::string(1 << 20, '"'));
}

TEST(Utf8, FirstCharacter) {
    EXPECT_EQ(first_character("\xc3\xa9x").code, 0xe9u);
    EXPECT_EQ(first_character("\xf0\x9f\x94\x92").code, 0x1f512u);
    for (const char* text :
         {"\xc3", "\x80", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff", "\xe0\x80\xaf"})
        EXPECT_EQ(first_character(text).length, 0u);
    EXPECT_TRUE(is_utf8("h\xc3\xa9"));
    EXPECT_FALSE(is_utf8("h\xe9"));
}

}  // namespace
}  // namespace ringfence::journal
