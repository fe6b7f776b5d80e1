// Numbers of the text format as bit patterns. Floats are rounded once, exactly, from the rational number the text
// denotes: going through a JavaScript number would round an f32 twice.

const formats = {
  f32: { exponentBits: 8n, fractionBits: 23n },
  f64: { exponentBits: 11n, fractionBits: 52n },
};

// An integer literal as the unsigned number with the same `width` bits.
export function integerBits(text, width) {
  const digits = text.replaceAll("_", "");
  const negative = digits.startsWith("-");
  const magnitude = BigInt(digits.replace(/^[+-]/, ""));
  return BigInt.asUintN(width, negative ? -magnitude : magnitude);
}

const bitLength = (n) => BigInt(n.toString(2).length);

// numerator/denominator as {mantissa digits, base, exponent} are written.
function rational(digits) {
  const hex = /^0x/i.test(digits);
  const body = hex ? digits.slice(2) : digits;
  const [, whole, fraction = "", exponentText = "0"] = body.match(
    hex ? /^([0-9a-f]*)\.?([0-9a-f]*)(?:p([+-]?\d+))?$/i : /^(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i,
  );
  let numerator = BigInt((hex ? "0x" : "") + (whole + fraction || "0"));
  let denominator = (hex ? 16n : 10n) ** BigInt(fraction.length);
  const exponent = BigInt(exponentText);
  const scale = (hex ? 2n : 10n) ** (exponent < 0n ? -exponent : exponent);
  if (exponent < 0n) denominator *= scale;
  else numerator *= scale;
  return [numerator, denominator];
}

function roundedMagnitude(numerator, denominator, { exponentBits, fractionBits }) {
  if (numerator === 0n) return 0n;
  const bias = (1n << (exponentBits - 1n)) - 1n;
  const smallest = 1n - bias; // exponent of the smallest normal number
  // 2^exponent <= numerator/denominator < 2^(exponent+1)
  let exponent = bitLength(numerator) - bitLength(denominator);
  const atLeast = (e) => (e >= 0n ? numerator >= denominator << e : numerator << -e >= denominator);
  if (!atLeast(exponent)) exponent--;
  if (exponent < smallest) exponent = smallest;
  // In units of the last place, rounded half to even.
  const shift = fractionBits - exponent;
  const scaled = shift >= 0n ? numerator << shift : numerator;
  const unit = shift >= 0n ? denominator : denominator << -shift;
  let places = scaled / unit;
  const twice = (scaled % unit) * 2n;
  if (twice > unit || (twice === unit && places % 2n === 1n)) places++;
  // A carry out of the fraction runs into the exponent field, which is where it belongs.
  const hidden = 1n << fractionBits;
  const bits = places < hidden ? places : ((exponent + bias - 1n) << fractionBits) + places;
  const infinity = ((1n << exponentBits) - 1n) << fractionBits;
  return bits < infinity ? bits : infinity;
}

// A float literal (nan, nan:0x1, inf, decimal, hexadecimal) as the unsigned number with the same bits.
export function floatBits(text, type) {
  const format = formats[type];
  const { exponentBits, fractionBits } = format;
  const sign = text.startsWith("-") ? 1n << (exponentBits + fractionBits) : 0n;
  const body = text.replace(/^[+-]/, "").replaceAll("_", "");
  const infinity = ((1n << exponentBits) - 1n) << fractionBits;
  if (body === "inf") return sign | infinity;
  if (body === "nan") return sign | infinity | (1n << (fractionBits - 1n));
  if (body.startsWith("nan:")) return sign | infinity | BigInt(body.slice(4));
  const [numerator, denominator] = rational(body);
  return sign | roundedMagnitude(numerator, denominator, format);
}
