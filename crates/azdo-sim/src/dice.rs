//! A small seeded generator: everything the simulator leaves to chance comes from here.
//!
//! The same seed gives the same throws on every machine and in every build. Never used for secrets.

/// A seeded stream of throws (splitmix64).
#[derive(Debug, Clone)]
pub struct Dice {
    state: u64,
}

impl Dice {
    /// Dice whose throws are decided by `seed` alone.
    pub fn new(seed: u64) -> Dice {
        Dice {
            state: seed ^ 0x5851_F42D_4C95_7F2D,
        }
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 up to, not including, `below`; 0 if `below` is 0.
    pub fn below(&mut self, below: u64) -> u64 {
        if below == 0 { 0 } else { self.next_u64() % below }
    }

    /// True with probability `rate` (0.0 to 1.0).
    pub fn chance(&mut self, rate: f64) -> bool {
        // One throw whatever the rate, so that switching a fault off leaves the other throws alone.
        let throw = (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
        throw < rate
    }

    /// True or false.
    pub fn coin(&mut self) -> bool {
        self.next_u64() & 1 == 1
    }

    /// One of `from`.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }

    /// A GUID in lower case, made from the throws.
    pub fn guid(&mut self) -> String {
        let mut bytes = [0u8; 16];
        bytes[..8].copy_from_slice(&self.next_u64().to_be_bytes());
        bytes[8..].copy_from_slice(&self.next_u64().to_be_bytes());
        uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::Dice;

    #[test]
    fn same_seed_gives_same_throws() {
        let (mut a, mut b) = (Dice::new(7), Dice::new(7));
        assert_eq!((a.next_u64(), a.guid()), (b.next_u64(), b.guid()));
    }

    #[test]
    fn a_rate_of_zero_never_comes_and_of_one_always() {
        let mut dice = Dice::new(1);
        assert!((0..100).all(|_| !dice.chance(0.0) && dice.chance(1.0)));
    }
}
