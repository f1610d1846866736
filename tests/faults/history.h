// What clients asked, what they were told and what came of it, held against what a server promised
// to be: nothing acknowledged is lost, nothing decided changes, nobody is told yesterday's state.
//
// The checker of the fault rigs, after Jepsen's: an operation that got no answer is not one that
// failed. It may have happened or not, but only one of the two, for ever. Reads are compared by
// real time: what somebody had been told before a read began, that read must show.
//
// Pure but for its mutex: any thread may call it, and it reads no clock. Ticks count calls.

#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace lp::faults {

enum class Verdict : std::uint8_t { approve, reject };

// A request as some reader was shown it. `other`: closed by nobody's decision.
enum class Shown : std::uint8_t { missing, pending, approved, rejected, other };
Shown shown(Verdict verdict);
std::string_view to_string(Shown shown);

enum class Wrong : std::uint8_t {
  lost,        // acknowledged or shown, and at the end not there
  stale,       // a read showed less than somebody had been told before it began
  changed,     // two verdicts for one request
  duplicated,  // one ask made two requests, or two wishes were granted
  unexpected,  // something that nobody asked for, or that was refused
  stuck,       // a living server that gives no answer
};
std::string_view to_string(Wrong wrong);

struct Fault {
  Wrong wrong;
  std::string what;
};

struct Figures {
  std::uint64_t attempts = 0;      // asks and decisions, retries not counted again
  std::uint64_t acknowledged = 0;  // of these, answered with success
  std::uint64_t recovered = 0;     // never answered, and yet they had happened
  std::uint64_t reads = 0;

  Figures& operator+=(const Figures& more);
};

class History {
 public:
  using Tick = std::uint64_t;
  using Wish = std::size_t;

  // Take one before a read is sent.
  [[nodiscard]] Tick now();

  // --- asks, under a name that the asker made up and the server keeps ---------------------------
  void ask(const std::string& name);  // again: the same one is tried again
  void asked(const std::string& name, const std::string& id);
  // What comes of it may be closed by nobody's decision: it is cancelled, or its time runs out.
  void ends_otherwise(const std::string& name);
  void ask_refused(const std::string& name);                    // and therefore must not exist
  void listed(const std::string& name, const std::string& id);  // the server says this came of it

  // --- decisions --------------------------------------------------------------------------------
  Wish wish(const std::string& id, Verdict verdict);
  void granted(Wish wish);
  void beaten(Wish wish, Shown winner);  // refused by naming what the request already is

  // --- reads ------------------------------------------------------------------------------------
  void read(const std::string& id, Shown shown, Tick begun);
  void logged(const std::string& id);                     // the log says it was asked
  void logged_closed(const std::string& id, Shown what);  // the log says how it was closed

  // What a client notices by itself.
  void report(Wrong wrong, std::string what);

  // The server was started anew: what was read before says nothing of what survived.
  void restarted();

  // What holds at the end. Everything acknowledged must have been read, listed and logged since the
  // last restart; what was not is lost.
  [[nodiscard]] std::vector<Fault> finish() const;
  [[nodiscard]] Figures figures() const;

  // What was tried, and what a client heard of it. An ask without an id had no answer.
  struct Asked {
    std::string name, id;
    bool ends_otherwise;
  };
  struct Wanted {
    std::string id;
    Verdict verdict;
    bool granted;
  };
  [[nodiscard]] std::vector<Asked> asks() const;
  [[nodiscard]] std::vector<Wanted> wishes() const;

  // Requests that are closed, and how: as somebody was told, or else as the log says.
  [[nodiscard]] std::map<std::string, Shown> closings() const;

  // Ids that somebody knows of and that nobody has read since the last restart.
  [[nodiscard]] std::vector<std::string> unread() const;

 private:
  enum class State : std::uint8_t { open, done, refused };
  struct Ask {
    State state = State::open;
    std::string id, listed_id;
    bool ends_otherwise = false;
  };
  struct Wished {
    std::string id;
    Verdict verdict;
    State state = State::open;
  };
  struct Request {
    std::optional<Tick> known;  // since when somebody knows that it exists
    std::optional<Shown> told;  // how it was closed, as the first who was told heard it
    Tick told_at = 0;
    Tick last_begun = 0;
    Shown last = Shown::missing;  // what the read that began last showed
    std::uint64_t read_in = 0;    // the life of the server in which it was read last
    bool stale = false;
    bool logged = false;
    bool ends_otherwise = false;
    std::optional<Shown> logged_as;
    std::vector<Wish> wishes;
  };

  Request& know(const std::string& id);
  void tell(const std::string& id, Request& request, Shown what);
  void fault(Wrong wrong, std::string what);
  void check(const std::string& id, const Request& request, std::vector<Fault>& faults) const;
  void check_wishes(const std::string& id, const Request& request,
                    std::vector<Fault>& faults) const;
  void check_log(const std::string& id, const Request& request, std::vector<Fault>& faults) const;

  mutable std::mutex mutex_;
  Tick tick_ = 0;
  std::uint64_t life_ = 1;
  std::uint64_t reads_ = 0;
  std::unordered_map<std::string, Ask> asks_;
  std::unordered_map<std::string, Request> requests_;
  std::vector<Wished> wishes_;
  std::vector<Fault> faults_;
};

}  // namespace lp::faults
