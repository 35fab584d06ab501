#include "tools/terminal/signal_inbox.h"

#include <poll.h>
#include <signal.h>

#include "gtest/gtest.h"
#include "tools/terminal/default_signals_testing.h"

namespace fathom::rt {
namespace {

const DefaultSignals default_signals;

bool Readable(const SignalInbox& inbox) {
  pollfd wait = {inbox.descriptor(), POLLIN, 0};
  return poll(&wait, 1, 0) == 1;
}

TEST(SignalInboxTest, KeepsASignalUntilItIsTaken) {
  SignalInbox inbox({SIGINT, SIGWINCH});
  ASSERT_TRUE(inbox.status().ok());
  EXPECT_FALSE(Readable(inbox));
  EXPECT_FALSE(inbox.Take(SIGINT));
  raise(SIGINT);
  raise(SIGWINCH);
  raise(SIGINT);
  EXPECT_TRUE(Readable(inbox));
  EXPECT_TRUE(inbox.Take(SIGINT));
  EXPECT_FALSE(inbox.Take(SIGINT));
  // The other one still waits.
  EXPECT_TRUE(inbox.Pending());
  EXPECT_TRUE(inbox.Take(SIGWINCH));
  EXPECT_FALSE(inbox.Pending());
  inbox.Drain();
  EXPECT_FALSE(Readable(inbox));
  // One that comes after it makes the pipe readable again.
  raise(SIGINT);
  EXPECT_TRUE(Readable(inbox));
  inbox.Drain();
  EXPECT_TRUE(inbox.Pending());
}

TEST(SignalInboxTest, GivesSignalsBackForAWhileAndAtTheEnd) {
  struct sigaction ignore = {}, now = {};
  ignore.sa_handler = SIG_IGN;
  {
    SignalInbox inbox({SIGWINCH});
    inbox.Without(SIGWINCH, [&] { sigaction(SIGWINCH, nullptr, &now); });
    EXPECT_EQ(now.sa_handler, SIG_DFL);
    raise(SIGWINCH);
    EXPECT_TRUE(inbox.Take(SIGWINCH));
  }
  sigaction(SIGWINCH, nullptr, &now);
  EXPECT_EQ(now.sa_handler, SIG_DFL);
  // What was ignored stays so, as under nohup.
  sigaction(SIGINT, &ignore, nullptr);
  {
    SignalInbox inbox({SIGINT});
    raise(SIGINT);
    EXPECT_FALSE(inbox.Take(SIGINT));
  }
  signal(SIGINT, SIG_DFL);
}

TEST(SignalInboxTest, MoreSignalsThanAPipeHoldsAreNoTrouble) {
  SignalInbox inbox({SIGINT, SIGWINCH});
  for (int i = 0; i < 70000; ++i) raise(SIGWINCH);
  raise(SIGINT);
  EXPECT_TRUE(inbox.Take(SIGINT));
  EXPECT_TRUE(inbox.Take(SIGWINCH));
  inbox.Drain();
  EXPECT_FALSE(Readable(inbox));
}

}  // namespace
}  // namespace fathom::rt
