#include <wrt/runtime/rooted.hpp>

#include <wrt/runtime/store.hpp>

namespace wrt::runtime {

Rooted::Rooted(Store& store, Ref ref) noexcept : slot_{ref.bits}
{
    link(store);
}

Rooted::Rooted(const Rooted& other) noexcept : slot_{other.slot_}
{
    if (other.store_ != nullptr) link(*other.store_);
}

Rooted& Rooted::operator=(const Rooted& other) noexcept
{
    if (this == &other) return *this;
    if (store_ != other.store_) {
        unlink();
        if (other.store_ != nullptr) link(*other.store_);
    }
    slot_ = other.slot_;
    return *this;
}

void Rooted::link(Store& store) noexcept
{
    Rooted*& newest = store.rooted().newest_;
    store_ = &store;
    older_ = newest;
    link_ = &newest;
    if (older_ != nullptr) older_->link_ = &older_;
    newest = this;
}

void Rooted::unlink() noexcept
{
    if (store_ == nullptr) return;
    *link_ = older_;
    if (older_ != nullptr) older_->link_ = link_;
    store_ = nullptr;
    older_ = nullptr;
    link_ = nullptr;
}

void RootedList::detach() noexcept
{
    while (newest_ != nullptr) {
        Rooted& rooted = *newest_;
        rooted.unlink();
        rooted.slot_ = {};
    }
}

}  // namespace wrt::runtime
