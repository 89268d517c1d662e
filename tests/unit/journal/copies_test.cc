// SPDX-License-Identifier: LGPL-2.1-or-later
// Which records are copies of others, and which of two copies stays.
#include "journal/copies.h"

#include <string>

#include <gtest/gtest.h>

namespace ringfence::journal {
namespace {

Copies::Record record_of(std::size_t place, std::uint64_t serial, std::string_view text,
                         bool cut = false) {
    return {.place = place, .event = {{}, serial}, .text = text, .cut = cut};
}

Copies::Record shared_record(std::size_t place, std::string_view text, std::uint64_t mark,
                             bool cut = false) {
    return {
        .place = place, .event = {{}, 1}, .text = text, .cut = cut, .proved = false, .mark = mark};
}

Copies::Record proved_record(std::size_t place, std::string_view text, std::uint64_t mark) {
    return {.place = place, .event = {{}, 1}, .text = text, .mark = mark};
}

TEST(Copies, EachPlaceMayHaveAsManyAsTheOneWithTheMost) {
    using enum Copies::Verdict;
    Copies copies(3);
    EXPECT_EQ(copies.add(record_of(0, 1, "a")).verdict, first);
    EXPECT_EQ(copies.add(record_of(1, 1, "a")).verdict, copy);
    EXPECT_EQ(copies.add(record_of(1, 1, "a")).verdict, first);
    EXPECT_EQ(copies.add(record_of(0, 1, "a")).verdict, copy);
    EXPECT_EQ(copies.add(record_of(0, 2, "a")).verdict, first);  // another event
    EXPECT_EQ(copies.add(record_of(1, 3, "b", true)).verdict, first);
    EXPECT_EQ(copies.add(record_of(0, 3, "b")).verdict, better);
    EXPECT_EQ(copies.add(record_of(2, 3, "b", true)).verdict, copy);
    EXPECT_EQ(copies.add(record_of(0, 4, "c")).verdict, first);  // the window is full
    EXPECT_EQ(copies.add(record_of(1, 1, "a")).verdict, first);
}

TEST(Copies, WhatDiffersAnywhereIsNoCopy) {
    using enum Copies::Verdict;
    Copies copies;
    const std::string long_text(2000, 'x'), text_a = long_text + "a";
    EXPECT_EQ(copies.add(record_of(0, 1, long_text + "a")).verdict, first);
    EXPECT_EQ(copies.add(record_of(1, 1, long_text + "b")).verdict, first);
    EXPECT_EQ(copies.add(record_of(1, 1, long_text)).verdict, first);
    EXPECT_EQ(copies.add(record_of(1, 2, long_text + "a")).verdict, first);
    Copies::Record later = record_of(1, 1, text_a);
    later.event.time = Time{std::chrono::seconds(1)};
    EXPECT_EQ(copies.add(later).verdict, first);
    later.event = {{1}, 1};
    EXPECT_EQ(copies.add(later).verdict, first);
    EXPECT_EQ(copies.add(record_of(1, 1, long_text + "a")).verdict, copy);
}

TEST(Copies, OfHostsThatMayBeTheSame) {
    using enum Copies::Verdict;
    Copies copies;
    Copies::Record record = record_of(0, 1, "a");
    record.host = "a";
    EXPECT_EQ(copies.add(record).verdict, first);
    record.place = 1;
    record.host = "b";
    EXPECT_EQ(copies.add(record).verdict, first);
    record.place = 2;
    record.host = "";
    EXPECT_EQ(copies.add(record).verdict, copy);
    // What has no host gets the host of its first copy.
    EXPECT_EQ(copies.add(record_of(0, 2, "a")).verdict, first);
    record.event.serial = 2;
    record.place = 1;
    record.host = "a";
    EXPECT_EQ(copies.add(record).verdict, copy);
    record.place = 2;
    record.host = "b";
    EXPECT_EQ(copies.add(record).verdict, first);
}

TEST(Copies, ACutRecordIsOneOfThoseThatBeginWithIt) {
    using enum Copies::Verdict;
    Copies copies;
    EXPECT_EQ(copies.add(record_of(1, 1, "path=\"/srv/", true)).verdict, first);
    EXPECT_EQ(copies.add(record_of(2, 1, "path=\"/sr", true)).verdict, copy);
    EXPECT_EQ(copies.add(record_of(0, 1, "path=\"/srv/a\"")).verdict, better);
    EXPECT_EQ(copies.add(record_of(0, 1, "path=\"/srv/b\"")).verdict, first);
    EXPECT_EQ(copies.add(record_of(0, 1, "path=\"/etc\"")).verdict, first);
    EXPECT_EQ(copies.add(record_of(3, 1, "path=\"/srv/b\"")).verdict, copy);
    EXPECT_EQ(copies.add(record_of(3, 1, "path=\"/srv/a\"")).verdict, copy);
    // The second cut one is of the other record, and a third of none.
    EXPECT_EQ(copies.add(record_of(1, 1, "path=\"/srv/", true)).verdict, copy);
    EXPECT_EQ(copies.add(record_of(1, 1, "path=\"/srv/", true)).verdict, first);
}

TEST(Copies, WhatIsProvedTakesThePlaceOfWhatIsNot) {
    using enum Copies::Verdict;
    Copies copies;
    EXPECT_EQ(copies.add(shared_record(1, "a", 10)).verdict, first);
    EXPECT_EQ(copies.add(shared_record(1, "a", 11)).verdict, first);
    auto answer = copies.add(proved_record(0, "a", 20));
    EXPECT_EQ(answer.verdict, better);
    EXPECT_EQ(answer.replaced, 10u);
    EXPECT_EQ(copies.add(proved_record(2, "a", 21)).verdict, copy);
    answer = copies.add(proved_record(0, "a", 22));
    EXPECT_EQ(answer.verdict, better);
    EXPECT_EQ(answer.replaced, 11u);
    EXPECT_EQ(copies.add(proved_record(0, "a", 23)).verdict, first);
    EXPECT_EQ(copies.add(shared_record(3, "a", 30)).verdict, copy);
}

TEST(Copies, ACutForgeryIsReplacedByTheCompleteRecord) {
    using enum Copies::Verdict;
    Copies copies;
    EXPECT_EQ(copies.add(shared_record(1, "path=\"/", 10, true)).verdict, first);
    EXPECT_EQ(copies.add(proved_record(0, "path=\"/srv\"", 20)).replaced, 10u);
    EXPECT_EQ(copies.add(shared_record(1, "path=\"/s", 11, true)).verdict, first);
    EXPECT_EQ(copies.add(shared_record(2, "path=\"/s", 12, true)).verdict, copy);
    EXPECT_EQ(copies.add(shared_record(3, "path=\"/srx\"", 13)).verdict, better);
}

// It cannot be completed by what is not proved.
TEST(Copies, AProvedRecordThatWasCutStays) {
    using enum Copies::Verdict;
    Copies copies;
    Copies::Record cut = proved_record(0, "path=\"/s", 20);
    cut.cut = true;
    EXPECT_EQ(copies.add(cut).verdict, first);
    EXPECT_EQ(copies.add(shared_record(1, "path=\"/srx\"", 10)).verdict, copy);
    Copies turned;
    EXPECT_EQ(turned.add(shared_record(1, "path=\"/srx\"", 10)).verdict, first);
    const auto answer = turned.add(cut);
    EXPECT_EQ(answer.verdict, better);
    EXPECT_EQ(answer.replaced, 10u);
}

TEST(Copies, TheMemoryIsBoundedAndNothingIsLost) {
    using enum Copies::Verdict;
    Copies copies(Copies::default_window, 1u << 20);
    const std::string long_text(8000, 'x');
    for (int i = 0; i < 1000; ++i)
        EXPECT_EQ(copies.add(record_of(0, 1, long_text + std::to_string(i))).verdict, first);
    EXPECT_EQ(copies.add(record_of(1, 1, long_text + "999")).verdict, copy);
    EXPECT_EQ(copies.add(record_of(1, 1, long_text + "0")).verdict, first);
    // Equal records take memory as well.
    for (int i = 0; i < 300000; ++i)
        ASSERT_EQ(copies.add(record_of(0, 2, "same")).verdict, first);
}

}  // namespace
}  // namespace ringfence::journal
