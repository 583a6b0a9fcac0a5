//! A small file that is a very large picture.

/// A black PNG with one bit per pixel: 60,000² are 450 MB unpacked, and 10.8 GB in RGB.
pub(crate) fn black(side: u32) -> Vec<u8> {
    let mut header = [side.to_be_bytes(), side.to_be_bytes()].concat();
    // One bit, grey, and the only methods that there are.
    header.extend([1, 0, 0, 0, 0]);
    let rows = u64::from(side) * (1 + u64::from(side).div_ceil(8));
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, data) in [(b"IHDR", header), (b"IDAT", zeros(rows)), (b"IEND", Vec::new())] {
        png.extend((data.len() as u32).to_be_bytes());
        let named = [name.as_slice(), &data].concat();
        png.extend(&named);
        png.extend(crc(&named).to_be_bytes());
    }
    png
}

/// So many zero bytes, packed by zlib's rules: one zero, then copies of it, 258 at a time, each in 13 bits.
fn zeros(count: u64) -> Vec<u8> {
    let mut bits = Bits { bytes: vec![0x78, 0x01], filled: 0 };
    // The last block, with the fixed codes.
    bits.push(0b011, 3);
    let zero = |bits: &mut Bits| bits.push_code(0b0011_0000, 8);
    let copies = (count - 1) / 258;
    (0..count - copies * 258).for_each(|_| zero(&mut bits));
    for _ in 0..copies {
        bits.push_code(0b1100_0101, 8);
        bits.push_code(0, 5);
    }
    bits.push_code(0, 7);
    let sum = (count % 65_521) as u32;
    bits.bytes.extend((sum << 16 | 1).to_be_bytes());
    bits.bytes
}

/// Bits from the lowest of each byte on.
struct Bits {
    bytes: Vec<u8>,
    /// Bits of the last byte that are used; 0: all.
    filled: u32,
}

impl Bits {
    fn push(&mut self, value: u32, count: u32) {
        for i in 0..count {
            if self.filled == 0 {
                self.bytes.push(0);
            }
            if value >> i & 1 == 1 {
                *self.bytes.last_mut().unwrap() |= 1 << self.filled;
            }
            self.filled = (self.filled + 1) % 8;
        }
    }

    /// Codes stand in the file from their highest bit on.
    fn push_code(&mut self, code: u32, count: u32) {
        self.push(code.reverse_bits() >> (32 - count), count);
    }
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum, byte| {
        (0..8)
            .fold(sum ^ u32::from(*byte), |sum: u32, _| sum >> 1 ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 })
    })
}

#[test]
fn it_is_a_picture() {
    let picture = image::load_from_memory(&black(300)).unwrap().to_luma8();
    assert!(picture.dimensions() == (300, 300) && picture.pixels().all(|pixel| pixel.0 == [0]));
}
