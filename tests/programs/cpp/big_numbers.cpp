// Arithmetic on numbers of many digits, written with operators: factorial, powers, digits of pi, a
// modular power.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace {

class Big {
public:
    Big(std::uint64_t value = 0)
    {
        for (; value != 0; value >>= 32)
            limbs_.push_back(static_cast<std::uint32_t>(value));
    }

    friend Big operator+(const Big& a, const Big& b)
    {
        Big sum;
        std::uint64_t carry = 0;
        for (std::size_t i = 0; i < std::max(a.limbs_.size(), b.limbs_.size()) || carry != 0; ++i) {
            carry += static_cast<std::uint64_t>(a.limb(i)) + b.limb(i);
            sum.limbs_.push_back(static_cast<std::uint32_t>(carry));
            carry >>= 32;
        }
        return sum;
    }

    friend Big operator*(const Big& a, const Big& b)
    {
        Big product;
        product.limbs_.resize(a.limbs_.size() + b.limbs_.size());
        for (std::size_t i = 0; i < a.limbs_.size(); ++i) {
            std::uint64_t carry = 0;
            for (std::size_t j = 0; j < b.limbs_.size() || carry != 0; ++j) {
                carry +=
                    product.limbs_[i + j] + static_cast<std::uint64_t>(a.limbs_[i]) * b.limb(j);
                product.limbs_[i + j] = static_cast<std::uint32_t>(carry);
                carry >>= 32;
            }
        }
        product.trim();
        return product;
    }

    /// Divides in place and returns the remainder.
    std::uint32_t divide(std::uint32_t divisor)
    {
        std::uint64_t remainder = 0;
        for (std::size_t i = limbs_.size(); i-- > 0;) {
            remainder = remainder << 32 | limbs_[i];
            limbs_[i] = static_cast<std::uint32_t>(remainder / divisor);
            remainder %= divisor;
        }
        trim();
        return static_cast<std::uint32_t>(remainder);
    }

    std::string text() const
    {
        Big rest = *this;
        std::string digits;
        do
            digits.push_back(static_cast<char>('0' + rest.divide(10)));
        while (!rest.limbs_.empty());
        std::reverse(digits.begin(), digits.end());
        return digits;
    }

private:
    std::uint32_t limb(std::size_t i) const { return i < limbs_.size() ? limbs_[i] : 0; }
    void trim()
    {
        while (!limbs_.empty() && limbs_.back() == 0)
            limbs_.pop_back();
    }
    std::vector<std::uint32_t> limbs_;
};

std::string digits_of_pi(int wanted)
{
    std::string digits;
    std::vector<int> remainders(static_cast<std::size_t>(wanted) * 10 / 3 + 2, 2);
    int nines = 0, waiting = 0;
    bool started = false;
    while (static_cast<int>(digits.size()) < wanted) {
        int carry = 0;
        for (std::size_t i = remainders.size(); i-- > 0;) {
            const int n = static_cast<int>(i);
            const int value = remainders[i] * 10 + carry * (n + 1);
            const int divisor = i == 0 ? 10 : 2 * n + 1;
            remainders[i] = value % divisor;
            carry = value / divisor;
        }
        if (carry == 9) {
            ++nines;
            continue;
        }
        if (started) digits.push_back(static_cast<char>('0' + waiting + carry / 10));
        digits.append(static_cast<std::size_t>(nines), carry >= 10 ? '0' : '9');
        waiting = carry % 10;
        nines = 0;
        started = true;
    }
    return digits.substr(0, static_cast<std::size_t>(wanted));
}

/// The product of two numbers modulo a third, by doubling, since it may need 128 bits.
std::uint64_t modular_product(std::uint64_t a, std::uint64_t b, std::uint64_t modulus)
{
    std::uint64_t product = 0;
    for (; b != 0; b >>= 1) {
        if (b & 1) product = product >= modulus - a ? product - (modulus - a) : product + a;
        a = a >= modulus - a ? a - (modulus - a) : a + a;
    }
    return product;
}

std::uint64_t modular_power(std::uint64_t base, std::uint64_t exponent, std::uint64_t modulus)
{
    std::uint64_t result = 1;
    for (; exponent != 0; exponent >>= 1) {
        if (exponent & 1) result = modular_product(result, base, modulus);
        base = modular_product(base, base, modulus);
    }
    return result;
}

}  // namespace

int main()
{
    Big factorial = 1;
    for (std::uint64_t i = 2; i <= 100; ++i)
        factorial = factorial * i;
    std::printf("100! = %s\n", factorial.text().c_str());
    Big power = 3;
    for (int i = 0; i < 8; ++i)
        power = power * power;
    std::printf("3^256 = %s\n", power.text().c_str());
    Big a = 0, b = 1;
    for (int i = 0; i < 1000; ++i) {
        Big next = a + b;
        a = b;
        b = next;
    }
    std::printf("F(1000) = %s\n", a.text().c_str());
    std::printf("pi = %s\n", digits_of_pi(200).c_str());
    std::printf("2^(p-1) mod p = %llu\n", static_cast<unsigned long long>(modular_power(
                                              2, 18446744073709551556U, 18446744073709551557U)));
}
