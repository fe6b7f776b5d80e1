#include <wrt/component/wasi/name_lookup.hpp>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

#include <wrt/foundation/assert.hpp>

namespace wrt::wasi::name_lookup {

namespace {

struct Lookup {
    enum class State : uint8_t { free, queued, working, over };
    State state = State::free;
    bool forgotten = false;  ///< Free once it is over.
    Outcome outcome = Outcome::running;
    int event = 0;  ///< While queued and working.
    uint32_t count = 0;
    std::array<char, 256> name{};
    std::array<NetAddress, max_addresses> addresses{};
};

/// Guards what follows.
pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
constinit std::array<Lookup, max_lookups> lookups{};
constinit uint32_t threads = 0;

class Lock {
public:
    Lock() noexcept { ::pthread_mutex_lock(&mutex); }
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;
    ~Lock() { ::pthread_mutex_unlock(&mutex); }
};

Lookup& at(uint32_t lookup) noexcept
{
    WRT_ASSERT(lookup > 0 && lookup <= max_lookups);
    return lookups[lookup - 1];
}

Outcome outcome_of(int resolver_error) noexcept
{
    switch (resolver_error) {
    case 0: return Outcome::found;
    case EAI_NONAME:
    case EAI_NODATA:
    case EAI_ADDRFAMILY: return Outcome::no_such_name;
    case EAI_AGAIN:
    case EAI_MEMORY:
    case EAI_SYSTEM: return Outcome::try_again;
    default: return Outcome::failed;
    }
}

void add_address(Lookup& lookup, const sockaddr& host) noexcept
{
    NetAddress address;
    if (host.sa_family == AF_INET) {
        std::memcpy(address.bytes.data(), &reinterpret_cast<const sockaddr_in&>(host).sin_addr, 4);
    } else if (host.sa_family == AF_INET6) {
        const in6_addr& bytes = reinterpret_cast<const sockaddr_in6&>(host).sin6_addr;
        // No socket of a guest can use these; the address is there as one of IPv4 too.
        if (IN6_IS_ADDR_V4MAPPED(&bytes)) return;
        address.is_v6 = true;
        std::memcpy(address.bytes.data(), &bytes, 16);
    } else {
        return;
    }
    if (lookup.count < max_addresses) lookup.addresses[lookup.count++] = address;
}

/// Asks the system, with the pool not locked: nobody else touches what is worked on.
void resolve(Lookup& lookup) noexcept
{
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;  // else each address comes once for each kind of socket
    addrinfo* found = nullptr;
    const Outcome outcome = outcome_of(::getaddrinfo(lookup.name.data(), nullptr, &hints, &found));
    for (const addrinfo* info = found; info != nullptr; info = info->ai_next) {
        add_address(lookup, *info->ai_addr);
    }
    if (found != nullptr) ::freeaddrinfo(found);
    const Lock lock;
    lookup.outcome =
        outcome == Outcome::found && lookup.count == 0 ? Outcome::no_such_name : outcome;
    lookup.state = lookup.forgotten ? Lookup::State::free : Lookup::State::over;
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(lookup.event, &one, sizeof one);
    ::close(lookup.event);
}

Lookup* take_queued() noexcept
{
    const Lock lock;
    for (Lookup& lookup : lookups) {
        if (lookup.state != Lookup::State::queued) continue;
        lookup.state = Lookup::State::working;
        return &lookup;
    }
    --threads;
    return nullptr;
}

void* work(void*) noexcept
{
    while (Lookup* const lookup = take_queued()) {
        resolve(*lookup);
    }
    return nullptr;
}

/// One more thread that works until nothing is queued. It takes no signals: those are for threads
/// that wait for something.
bool start_thread() noexcept
{
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_t attributes;
    ::pthread_attr_init(&attributes);
    ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_t thread{};
    const int failure = ::pthread_create(&thread, &attributes, &work, nullptr);
    ::pthread_attr_destroy(&attributes);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return failure == 0;
}

}  // namespace

Started start(std::string_view name) noexcept
{
    const Lock lock;
    const auto found = std::ranges::find(lookups, Lookup::State::free, &Lookup::state);
    if (found == lookups.end() || name.size() >= found->name.size()) return {};
    const int event = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (event < 0) return {};
    // The thread has a descriptor of its own: the guest may close its one at any time.
    const int mine = ::fcntl(event, F_DUPFD_CLOEXEC, 0);
    const bool works = mine >= 0 && (threads == max_threads || start_thread());
    if (!works) {
        if (mine >= 0) ::close(mine);
        ::close(event);
        return {};
    }
    // What was started just now waits for the lock.
    if (threads < max_threads) ++threads;
    *found = Lookup{};
    std::ranges::copy(name, found->name.begin());
    found->event = mine;
    found->state = Lookup::State::queued;
    return {.lookup = static_cast<uint32_t>(found - lookups.begin()) + 1, .event = event};
}

Outcome outcome(uint32_t lookup) noexcept
{
    const Lock lock;
    return at(lookup).state == Lookup::State::over ? at(lookup).outcome : Outcome::running;
}

std::string_view name(uint32_t lookup) noexcept
{
    return at(lookup).name.data();  // nobody changes it
}

uint32_t count(uint32_t lookup) noexcept
{
    const Lock lock;
    return at(lookup).count;
}

NetAddress address(uint32_t lookup, uint32_t index) noexcept
{
    const Lock lock;
    WRT_ASSERT(index < at(lookup).count);
    return at(lookup).addresses[index];
}

void forget(uint32_t lookup) noexcept
{
    const Lock lock;
    Lookup& forgotten = at(lookup);
    forgotten.forgotten = true;
    if (forgotten.state == Lookup::State::queued) ::close(forgotten.event);
    if (forgotten.state != Lookup::State::working) forgotten.state = Lookup::State::free;
}

}  // namespace wrt::wasi::name_lookup
