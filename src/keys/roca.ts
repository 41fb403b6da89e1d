/** The small primes that distinguish the faulty keys from others. */
const PRIMES = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157];

const GENERATOR = 65_537;

/** For each prime, the remainders of the powers of the generator. */
const MARKS = PRIMES.map((prime) => ({ prime: BigInt(prime), remainders: powersOf(GENERATOR % prime, prime) }));

/**
 * Whether an RSA modulus comes from a chip of CVE-2017-15361 (ROCA), whose keys can be factored. Its remainder by each small
 * prime is then a power of 65537. Among other keys, one in some hundred million has this mark by chance.
 */
export function hasRocaMark(modulus: bigint): boolean {
  return MARKS.every(({ prime, remainders }) => remainders.has(Number(modulus % prime)));
}

function powersOf(base: number, prime: number): ReadonlySet<number> {
  const powers = new Set<number>();
  for (let power = 1; !powers.has(power); power = (power * base) % prime) powers.add(power);
  return powers;
}
