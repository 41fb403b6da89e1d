/** The primes for which the generator of the faulty keys leaves a fingerprint. */
const PRIMES = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157];

const GENERATOR = 65_537;

/** The remainders of the powers of the generator, by prime. */
const MARKS = PRIMES.map((prime) => ({ prime: BigInt(prime), remainders: powersOf(GENERATOR % prime, prime) }));

/**
 * Whether an RSA modulus has the fingerprint of CVE-2017-15361 (ROCA), whose keys can be factored. Its remainder by each small
 * prime is a power of 65537. About one in some hundred million other keys has the fingerprint by chance.
 */
export function hasRocaMark(modulus: bigint): boolean {
  return MARKS.every(({ prime, remainders }) => remainders.has(Number(modulus % prime)));
}

function powersOf(base: number, prime: number): ReadonlySet<number> {
  const powers = new Set<number>();
  for (let power = 1; !powers.has(power); power = (power * base) % prime) powers.add(power);
  return powers;
}
