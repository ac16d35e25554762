//! What a client can ask for, and the request that asks.

use crate::model::Model;
use crate::prepared::{self, ONCE, prepared};
use crate::support::Request;

/// What can be revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Who {
    /// A token that an operator made.
    Token,
    /// A session that exists from the beginning.
    Session,
    /// The session of the person who signs in.
    Login,
    /// A grant that exists from the beginning.
    Grant,
    /// The grant that follows from a code.
    Code,
}

impl Who {
    pub const ALL: [Self; 5] = [Self::Token, Self::Session, Self::Login, Self::Grant, Self::Code];

    pub fn is_grant(self) -> bool {
        matches!(self, Self::Grant | Self::Code)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ask {
    /// Something that works once.
    Redeem(usize),
    /// A page, with the credential; of a grant, with the access token of a generation.
    Visit(Who, bool, usize),
    /// Revocation or sign-out.
    End(Who),
    /// The successor of a generation.
    Refresh(Who, usize),
    /// The first tokens of a code.
    Code,
    SignIn,
    /// What opens nothing.
    Dead(usize),
}

impl Ask {
    /// The request; None while no client has what it takes.
    pub fn request(self, model: &Model) -> Option<Request> {
        let prepared = prepared();
        let pair = |who, generation| model.grant(who).pairs.get(generation);
        Some(match self {
            Self::Redeem(which) => prepared.once[which].clone(),
            Self::Visit(Who::Token, strict, _) => prepared::with_token(&prepared.token, strict),
            Self::Visit(Who::Session, strict, _) => prepared::with_session(&prepared.session, strict),
            Self::Visit(Who::Login, strict, _) => prepared::with_session(model.cookie.as_ref()?, strict),
            Self::Visit(who, strict, generation) => prepared::with_token(&pair(who, generation)?.access, strict),
            Self::End(Who::Token) => prepared::revoke_token(&prepared.token),
            Self::End(Who::Session) => prepared::sign_out(&prepared.session),
            Self::End(Who::Login) => prepared::sign_out(model.cookie.as_ref()?),
            Self::End(who) => prepared::revoke_grant(&model.grant(who).pairs.last()?.refresh),
            Self::Refresh(who, generation) => prepared::refresh(&pair(who, generation)?.refresh),
            Self::Code => prepared.code.clone(),
            Self::SignIn => prepared::sign_in(),
            Self::Dead(which) => prepared.dead[which].2.clone(),
        })
    }

    /// In the words of a story.
    pub fn told(self) -> String {
        match self {
            Self::Redeem(which) => format!("redeems the {}", ONCE[which]),
            Self::Visit(who, strict, generation) => {
                let of = if who.is_grant() { format!(", generation {generation}") } else { String::new() };
                format!("visits a {} page with the {who:?}{of}", if strict { "strict" } else { "cached" })
            }
            Self::End(who) => format!("ends the {who:?}"),
            Self::Refresh(who, generation) => format!("refreshes generation {generation} of the {who:?}"),
            Self::Code => "redeems the code".to_owned(),
            Self::SignIn => "signs in".to_owned(),
            Self::Dead(which) => format!("shows {}", prepared().dead[which].0),
        }
    }
}
