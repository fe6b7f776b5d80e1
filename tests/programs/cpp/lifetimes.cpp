// What runs before and after main: static objects, atexit handlers, function-local statics, smart
// pointers.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

namespace {

struct Speaker {
    explicit Speaker(const char* n) : name(n) { std::printf("+%s\n", name); }
    Speaker(const Speaker&) = delete;
    Speaker& operator=(const Speaker&) = delete;
    ~Speaker() { std::printf("-%s\n", name); }
    const char* name;
};

Speaker first("first global");
Speaker second("second global");

Speaker& on_demand()
{
    static Speaker local("local static");
    return local;
}

struct Link {
    explicit Link(int i) : id(i) {}
    ~Link() { std::printf("link %d gone\n", id); }
    int id;
    std::shared_ptr<Link> next;
    std::weak_ptr<Link> previous;
};

struct Counter {
    Counter() { ++alive; }
    Counter(const Counter&) { ++alive, ++copies; }
    Counter(Counter&&) noexcept { ++alive, ++moves; }
    Counter& operator=(const Counter&) = default;
    Counter& operator=(Counter&&) = default;
    ~Counter() { --alive; }
    static inline int alive = 0, copies = 0, moves = 0;
};

Counter pass(Counter c)
{
    return c;
}

}  // namespace

int main()
{
    std::atexit([] { std::printf("atexit\n"); });
    std::printf("main\n");
    on_demand();
    on_demand();
    {
        auto head = std::make_shared<Link>(1);
        head->next = std::make_shared<Link>(2);
        head->next->previous = head;
        std::weak_ptr<Link> watcher = head->next;
        std::printf("uses: %ld %ld\n", head.use_count(), watcher.use_count());
        auto tail = std::exchange(head->next, nullptr);
        head.reset();
        std::printf("previous: %s\n", tail->previous.expired() ? "expired" : "alive");
        tail.reset();
        std::printf("watcher: %s\n", watcher.lock() ? "alive" : "expired");
    }
    {
        Counter a;
        const Counter b = pass(pass(a));
        std::printf("alive %d, copies %d, moves %d\n", Counter::alive, Counter::copies,
                    Counter::moves);
    }
    std::printf("alive %d\n", Counter::alive);
    const auto closer = [](std::FILE* f) { std::printf("closed: %d\n", std::fclose(f)); };
    {
        const std::unique_ptr<std::FILE, decltype(closer)> file(std::fopen("/data/owned", "w"),
                                                                closer);
        std::printf("opened: %s\n", file ? "yes" : "no");
    }
    std::exit(3);
}
