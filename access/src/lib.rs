//! Who may use a farm: roles, tokens, limits of owners, and the file that tokens are in.
//!
//! A token is a random secret with a name, a role and an owner. The farm keeps only its hash: whoever reads the file
//! cannot log in. A secret has 256 random bits, so a fast hash is enough; slow ones protect secrets that can be guessed.

mod file;
mod limits;
mod name;
mod role;
mod secret;

pub use self::file::{CreateError, NewToken, Read, TokenEntry, TokenFile, TokenFileError, TokenFileFault};
pub use self::limits::{Limit, Limits, LimitsError};
pub use self::name::{Name, NameError};
pub use self::role::{Role, RoleError};
pub use self::secret::{Secret, SecretHash};
