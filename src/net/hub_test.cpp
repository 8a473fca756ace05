#include "net/hub.h"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "testing/hub.h"
#include "testing/testing.h"

namespace heed::net {
namespace {

using heed::testing::complaint_of;
using heed::testing::content_of;
using heed::testing::HostedRepository;
using heed::testing::ServedReply;
using heed::testing::ServedRequest;
using heed::testing::TemporaryDir;
using heed::testing::TestHub;
using heed::testing::TestServer;
using std::chrono::milliseconds;
using std::chrono::seconds;
namespace fs = std::filesystem;

const Repository kData{.kind = RepositoryKind::kDataset, .id = "lab/data"};

std::string large_text() {
  std::string text;
  for (int i = 0; i < 40000; ++i) text += std::to_string(i) + " a line of the large file\n";
  return text;
}

HostedRepository hosted() {
  return {.id = "lab/data",
          .files = {{"small.txt", "some words\n"},
                    {"empty.txt", ""},
                    {"a b/\xC3\xA9.txt", "odd name\n"},
                    {"big.bin", large_text()}},
          .large = {"big.bin"}};
}

/// A Hub's client that waits for nothing, and what it said, from whatever thread.
struct Asked {
  TemporaryDir dir;
  std::mutex lock;
  std::vector<std::string> notices;
  std::vector<milliseconds> pauses;
  Client client;
  Hub hub;

  explicit Asked(const std::string& endpoint, const std::string& token = "")
      : client({.attempts = 3, .connect = seconds(2), .silence = seconds(2)},
               {.sleep = [this](milliseconds pause) { keep(pauses, pause); }, .jitter = [] { return 0.5; }}),
        hub(client, {.endpoint = endpoint, .token = token, .notice = [this](const std::string& text) {
                       keep(notices, text);
                     }}) {}

  template <class Value>
  void keep(std::vector<Value>& values, const Value& value) {
    const std::lock_guard guard(lock);
    values.push_back(value);
  }

  HubFile file(const std::string& path) const {
    for (const HubFile& file : hub.list(kData).files)
      if (file.path == path) return file;
    ADD_FAILURE() << "not listed: " << path;
    return {};
  }
  Hub::Target target(const std::string& path) const {
    return {std::string(40, 'a'), file(path), dir.path() / "to" / path};
  }
  Hub::Fetched fetch(const std::string& path) const { return hub.fetch(kData, target(path)); }
  std::string fetched(const std::string& path) const { return content_of(dir.path() / "to" / path); }
  bool is_here(const std::string& path) const { return fs::exists(dir.path() / "to" / path); }
};

std::string unavailable_because(const std::function<void()>& action) {
  try {
    action();
  } catch (const base::Unavailable& error) {
    return error.what();
  }
  ADD_FAILURE() << "nothing was unavailable";
  return "";
}

TEST(Hub, ListsFilesWithTheirSizesAndHashesAtOneCommit) {
  const TestHub server({hosted()});
  const Asked asked(server.url() + "/");
  const HubListing listing = asked.hub.list(kData);
  EXPECT_EQ(listing.commit, std::string(40, 'a'));
  ASSERT_EQ(listing.files.size(), 4u);
  const HubFile small = asked.file("small.txt");
  EXPECT_EQ(small.size, 11u);
  EXPECT_EQ(small.hash_kind, base::FileHash::kGitBlob);
  EXPECT_EQ(small.hash, "a2c97f8f9682c16214bd0e5ff67c771bc9fe05c5");  // git hash-object
  EXPECT_EQ(asked.file("big.bin").hash, base::fingerprint(large_text()).hex());
}

TEST(Hub, FilesComeByRedirectionsAndTheTokenStaysWithTheHub) {
  HostedRepository closed = hosted();
  closed.token = "hf_secret";
  const TestHub server({closed});
  const Asked asked(server.url(), "hf_secret");
  for (const auto& [path, content] : closed.files) {
    EXPECT_EQ(asked.fetch(path), Hub::Fetched::kNow);
    EXPECT_EQ(asked.fetched(path), content);
    EXPECT_FALSE(asked.is_here(path + ".incomplete"));
  }
  for (const ServedRequest& request : server.requests())
    EXPECT_EQ(request.headers.at("authorization"), "Bearer hf_secret") << request.path;
  ASSERT_EQ(server.requests_of_other_host().size(), 1u);
  EXPECT_FALSE(server.requests_of_other_host()[0].headers.contains("authorization"));
}

TEST(Hub, WhatIsThereAndRightIsNotFetchedAgain) {
  const TestHub server({hosted()});
  const Asked asked(server.url());
  EXPECT_EQ(asked.fetch("big.bin"), Hub::Fetched::kNow);
  EXPECT_EQ(asked.fetch("big.bin"), Hub::Fetched::kWasThere);
  EXPECT_EQ(server.times_served("big.bin"), 1);
  std::string other = large_text();  // the right size alone is not enough
  other[5] ^= 1;
  asked.dir.write("to/big.bin", other);
  EXPECT_EQ(asked.fetch("big.bin"), Hub::Fetched::kNow);
  EXPECT_EQ(asked.fetched("big.bin"), large_text());
}

TEST(Hub, ACutConnectionIsContinuedWhereItStopped) {
  std::atomic<int> times = 0;
  const TestHub server({hosted()}, [&](const ServedRequest& request, ServedReply& reply) {
    if (request.path == "/lab/data/big.bin" && times++ < 7) reply.cut_after = 100000;
  });
  const Asked asked(server.url());
  EXPECT_EQ(asked.fetch("big.bin"), Hub::Fetched::kNow);  // 7 cuts of 3 attempts: each that gets on counts anew
  EXPECT_EQ(asked.fetched("big.bin"), large_text());
  EXPECT_EQ(server.bytes_served(), large_text().size());
  EXPECT_EQ(server.requests_of_other_host().at(3).headers.at("range"), "bytes=300000-");
}

TEST(Hub, AServerThatIgnoresRangesIsReadFromTheStart) {
  std::atomic<int> times = 0;
  const TestHub server({hosted()}, [&](const ServedRequest& request, ServedReply& reply) {
    if (request.path != "/lab/data/big.bin") return;
    reply.takes_ranges = false;
    if (times++ == 0) reply.cut_after = 100000;
  });
  const Asked asked(server.url());
  EXPECT_EQ(asked.fetch("big.bin"), Hub::Fetched::kNow);
  EXPECT_EQ(asked.fetched("big.bin"), large_text());

  // And where it never comes to its end, attempts end.
  const TestHub broken({hosted()}, [&](const ServedRequest& request, ServedReply& reply) {
    if (request.path != "/lab/data/big.bin") return;
    reply.takes_ranges = false;
    reply.cut_after = 100000;
  });
  const Asked again(broken.url());
  EXPECT_NE(unavailable_because([&] { again.fetch("big.bin"); }).find("cut (tried 3 times)"), std::string::npos);
  EXPECT_TRUE(again.is_here("big.bin.incomplete"));
}

TEST(Hub, APartThatAnEarlierRunLeftIsContinuedAndOneOfOtherContentIsNot) {
  const TestHub server({hosted()});
  Asked asked(server.url());
  asked.dir.write("to/big.bin.incomplete", large_text().substr(0, 500000));
  EXPECT_EQ(asked.fetch("big.bin"), Hub::Fetched::kNow);
  EXPECT_EQ(asked.fetched("big.bin"), large_text());
  EXPECT_EQ(server.bytes_served(), large_text().size() - 500000);

  asked.dir.write("to/small.txt.incomplete", "words of another version, and more");  // longer
  EXPECT_EQ(asked.fetch("small.txt"), Hub::Fetched::kNow);
  EXPECT_TRUE(asked.notices.empty());
  fs::remove(asked.dir.path() / "to/small.txt");
  asked.dir.write("to/small.txt.incomplete", "other");
  EXPECT_EQ(asked.fetch("small.txt"), Hub::Fetched::kNow);
  EXPECT_EQ(asked.fetched("small.txt"), "some words\n");
  ASSERT_EQ(asked.notices.size(), 1u);
  EXPECT_EQ(asked.notices[0], "lab/data: small.txt: its hash is not the one that the Hub says; fetching it again");
}

TEST(Hub, AWholePartNeedsNoRequest) {
  const TestHub server({hosted()});
  const Asked asked(server.url());
  asked.dir.write("to/big.bin.incomplete", large_text());
  EXPECT_EQ(asked.fetch("big.bin"), Hub::Fetched::kNow);
  EXPECT_EQ(server.times_served("big.bin"), 0);
}

TEST(Hub, AWrongHashIsFetchedOnceAgainAndThenReported) {
  std::atomic<int> times = 0;
  const auto spoil = [&](int how_often) {
    return [&times, how_often](const ServedRequest& request, ServedReply& reply) {
      if (request.path == "/lab/data/big.bin" && times++ < how_often) reply.body[7] ^= 1;
    };
  };
  const TestHub once({hosted()}, spoil(1));
  const Asked asked(once.url());
  EXPECT_EQ(asked.fetch("big.bin"), Hub::Fetched::kNow);
  EXPECT_EQ(asked.fetched("big.bin"), large_text());
  times = 0;
  const TestHub always({hosted()}, spoil(100));
  const Asked other(always.url());
  EXPECT_EQ(unavailable_because([&] { other.fetch("big.bin"); }),
            "lab/data: big.bin: its hash is not the one that the Hub says (fetched twice)");
  EXPECT_EQ(times, 2);
  EXPECT_FALSE(other.is_here("big.bin"));
  EXPECT_FALSE(other.is_here("big.bin.incomplete"));
}

TEST(Hub, ASizeThatIsNotTheOneListedIsNoticedOnTheWay) {
  const auto sized = [](const std::string& body) {
    return [body](const ServedRequest& request, ServedReply& reply) {
      if (request.path == "/lab/data/big.bin") reply.body = body;
    };
  };
  const TestHub longer({hosted()}, sized(large_text() + std::string(1 << 20, 'x')));
  const Asked asked(longer.url());
  EXPECT_NE(unavailable_because([&] { asked.fetch("big.bin"); }).find("more bytes come than the"), std::string::npos);
  EXPECT_FALSE(asked.is_here("big.bin.incomplete"));
  const TestHub shorter({hosted()}, sized("short"));
  const Asked other(shorter.url());
  EXPECT_NE(unavailable_because([&] { other.fetch("big.bin"); }).find("only 5 bytes come of the"), std::string::npos);
}

TEST(Hub, ABusyServerIsAskedAgainAsItWishes) {
  std::atomic<int> times = 0;
  const TestHub server({hosted()}, [&](const ServedRequest& request, ServedReply& reply) {
    if (request.path != "/lab/data/big.bin" || times++ > 1) return;
    reply = times == 1 ? ServedReply{.status = 429, .headers = {{"Retry-After", "9"}}} : ServedReply{.status = 503};
  });
  const Asked asked(server.url());
  EXPECT_EQ(asked.fetch("big.bin"), Hub::Fetched::kNow);
  EXPECT_EQ(asked.pauses, (std::vector{milliseconds(9000), milliseconds(1500)}));

  const TestHub down({hosted()}, [&](const ServedRequest&, ServedReply& reply) { reply = {.status = 502}; });
  EXPECT_NE(unavailable_because([&] { Asked(down.url()).hub.list(kData); }).find("502"), std::string::npos);
}

TEST(Hub, AnAddressOfTheStorageThatExpiredIsAskedForAnew) {
  std::atomic<int> times = 0;
  const TestHub server({hosted()}, [&](const ServedRequest& request, ServedReply& reply) {
    if (request.path != "/lab/data/big.bin") return;
    if (times == 0) reply.cut_after = 1000;
    if (times == 1) reply = {.status = 403};
    ++times;
  });
  const Asked asked(server.url());
  EXPECT_EQ(asked.fetch("big.bin"), Hub::Fetched::kNow);
  EXPECT_EQ(asked.fetched("big.bin"), large_text());
  const auto requests = server.requests();
  EXPECT_EQ(
      std::ranges::count_if(requests, [](const ServedRequest& request) { return request.path.ends_with("/big.bin"); }),
      3);
}

TEST(Hub, ARangeBeyondTheEndBeginsAnew) {
  std::atomic<int> times = 0;
  const TestHub server({hosted()}, [&](const ServedRequest& request, ServedReply& reply) {
    if (request.path == "/lab/data/big.bin" && times++ == 0) reply.body = "short";
  });
  const Asked asked(server.url());
  asked.dir.write("to/big.bin.incomplete", large_text().substr(0, 1000));
  EXPECT_EQ(asked.fetch("big.bin"), Hub::Fetched::kNow);
  EXPECT_EQ(asked.fetched("big.bin"), large_text());
}

TEST(Hub, ARefusalSaysWhatCanBeDone) {
  HostedRepository closed = hosted();
  closed.token = "right";
  const TestHub server({closed});
  const auto refusal = [&](const std::string& token, const Repository& repository) {
    const std::string complaint = complaint_of([&] { Asked(server.url(), token).hub.list(repository); });
    EXPECT_EQ(complaint.find("hf_wrong"), std::string::npos);
    return complaint;
  };
  EXPECT_NE(refusal("", kData).find("HF_TOKEN has to hold"), std::string::npos);
  EXPECT_NE(refusal("hf_wrong", kData).find("refuses the token"), std::string::npos);
  Repository old = kData;
  old.revision = "no/such";
  EXPECT_NE(refusal("right", old).find("has no revision no/such"), std::string::npos);
  EXPECT_NE(refusal("", {.kind = RepositoryKind::kModel, .id = "lab/data"}).find("the model lab/data"),
            std::string::npos);
  const TestHub gated({hosted()}, [](const ServedRequest&, ServedReply& reply) {
    reply = {.status = 403, .headers = {{"X-Error-Code", "GatedRepo"}}};
  });
  EXPECT_NE(complaint_of([&] {
              Asked(gated.url()).hub.list(kData);
            }).find("licence has to be accepted on " + gated.url() + "/datasets/lab/data"),
            std::string::npos);
  const TestHub nothing({}, [](const ServedRequest&, ServedReply& reply) { reply = {.status = 404}; });
  EXPECT_NE(complaint_of([&] { Asked(nothing.url()).hub.list(kData); }).find("is not on"), std::string::npos);
  const Asked asked(server.url(), "right");
  Hub::Target gone = asked.target("small.txt");
  gone.file.path = "gone.txt";
  EXPECT_NE(complaint_of([&] { asked.hub.fetch(kData, gone); }).find("no such file"), std::string::npos);
  EXPECT_NE(unavailable_because([&] { Asked(heed::testing::unreachable_url()).hub.list(kData); }).find("refused"),
            std::string::npos);
}

TEST(Hub, AListThatMakesNoSenseIsRefused) {
  const auto refused = [](const std::string& body) {
    const TestServer server([&](const ServedRequest&) { return ServedReply{.body = body}; });
    return unavailable_because([&] { Asked(server.url()).hub.list(kData); });
  };
  for (const char* const body : {"", "[]", "null", "{}", "<html>", R"({"sha": "abc", "siblings": []})",
                                 R"({"sha": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "siblings": {}})"})
    EXPECT_NE(refused(body).find("is the endpoint a Hub?"), std::string::npos) << body;
  const auto with = [&](const std::string& name, const std::string& rest) {
    return refused(R"({"sha": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "siblings": [{"rfilename": ")" + name + "\"" +
                   rest + "}]}");
  };
  const std::string right = R"(, "size": 1, "blobId": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")";
  for (const char* const name :
       {"", "/etc/passwd", "../x", "a/../x", "a//b", "./a", "a/", "a\\\\b", "a\\u0000b", "a\\nb", "..", "a/."})
    EXPECT_NE(with(name, right).find("name that no repository has"), std::string::npos) << name;
  for (const char* const rest : {"", R"(, "size": -1)", R"(, "size": 1)", R"(, "size": 1, "blobId": "zz")",
                                 R"(, "size": 1.5, "blobId": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")",
                                 R"(, "size": 1, "lfs": {"sha256": "aa", "size": 1})"})
    EXPECT_NE(with("a", rest).find("without its size and hash"), std::string::npos) << rest;
}

TEST(Hub, APinnedRevisionIsTheOneThatComes) {
  HostedRepository moved = hosted();
  const TestHub server({moved}, [](const ServedRequest& request, ServedReply& reply) {
    const auto at = reply.body.find(std::string(40, 'a'));
    if (request.path.starts_with("/api/") && at != std::string::npos) reply.body.replace(at, 40, std::string(40, 'b'));
  });
  Repository pinned = kData;
  pinned.revision = std::string(40, 'a');
  EXPECT_NE(unavailable_because([&] { Asked(server.url()).hub.list(pinned); }).find("is of commit bbbb"),
            std::string::npos);
}

TEST(Hub, AnIdHasOneOrTwoParts) {
  for (const char* const id : {"gpt2", "lab/data", "BAAI/bge-base-en-v1.5", "a_b/c.d"})
    EXPECT_TRUE(is_repository_id(id)) << id;
  for (const char* const id :
       {"", "/", "a/", "/a", "a/b/c", "../x", "a/..", "a b/c", "a/b?c", "a/b%2e", ".hidden/x", "-a/x"})
    EXPECT_FALSE(is_repository_id(id)) << id;
  EXPECT_NE(complaint_of([&] { Asked("http://x").hub.list({.id = "../x"}); }).find("no id"), std::string::npos);
}

TEST(Hub, SeveralThatFetchTheSameFileWaitForOne) {
  const TestHub server({hosted()}, [&](const ServedRequest& request, ServedReply& reply) {
    if (request.path == "/lab/data/big.bin") reply.delay = milliseconds(200);
  });
  const Asked asked(server.url());
  const Hub::Target target = asked.target("big.bin");
  std::atomic<int> fetched = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] { fetched += asked.hub.fetch(kData, target) == Hub::Fetched::kNow; });
  }
  EXPECT_EQ(fetched, 1);
  EXPECT_EQ(server.times_served("big.bin"), 1);
  EXPECT_EQ(asked.fetched("big.bin"), large_text());
  EXPECT_FALSE(asked.is_here("big.bin.incomplete"));
}

TEST(Hub, AFullDiskIsSaidAndThePartKept) {
  const TestHub server({hosted()});
  const Asked asked(server.url());
  const Hub::Target target = asked.target("big.bin");
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit whole{};
  getrlimit(RLIMIT_FSIZE, &whole);
  const rlimit small{.rlim_cur = 300000, .rlim_max = whole.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  const std::string complaint = complaint_of([&] { asked.hub.fetch(kData, target); });
  setrlimit(RLIMIT_FSIZE, &whole);
  EXPECT_NE(complaint.find("big.bin.incomplete: cannot be written; what is there is kept"), std::string::npos);
  EXPECT_EQ(fs::file_size(asked.dir.path() / "to/big.bin.incomplete"), 300000u);
  EXPECT_EQ(asked.hub.fetch(kData, target), Hub::Fetched::kNow);
  EXPECT_EQ(asked.fetched("big.bin"), large_text());
}

}  // namespace
}  // namespace heed::net
