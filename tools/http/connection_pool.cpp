#include "connection_pool.hpp"

#include <algorithm>

namespace wrtd::http {

std::unique_ptr<Transport> ConnectionPool::take(const std::string& authority,
                                                Clock::duration longest)
{
    const Clock::time_point earliest = Clock::now() - std::min(longest, limits_.idle_time);
    const std::lock_guard lock{mutex_};
    for (size_t i = idle_.size(); i-- > 0;) {
        if (idle_[i].authority != authority) continue;
        if (idle_[i].since < earliest) return nullptr;
        std::unique_ptr<Transport> connection = std::move(idle_[i].connection);
        idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(i));
        if (connection->is_idle()) return connection;
    }
    return nullptr;
}

void ConnectionPool::put(std::string authority, std::unique_ptr<Transport> connection)
{
    const std::lock_guard lock{mutex_};
    const auto is_same = [&](const Idle& idle) { return idle.authority == authority; };
    const auto same = static_cast<size_t>(std::ranges::count_if(idle_, is_same));
    if (same >= limits_.of_authority) {
        idle_.erase(std::ranges::find_if(idle_, is_same));
    } else if (idle_.size() >= limits_.all) {
        idle_.pop_front();
    }
    idle_.push_back({std::move(authority), std::move(connection), Clock::now()});
}

void ConnectionPool::tidy()
{
    const Clock::time_point earliest = Clock::now() - limits_.idle_time;
    const std::lock_guard lock{mutex_};
    std::erase_if(idle_, [&](const Idle& idle) {
        return idle.since < earliest || !idle.connection->is_idle();
    });
}

}  // namespace wrtd::http
