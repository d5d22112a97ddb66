//! The grammar of conditions and updates, as far as it is simulated; what is not is refused.
//!
//! An attribute is `#name` and never written bare, as a bare one may be any of DynamoDB's 573 reserved
//! words. What a text parses to is remembered, as the same few texts are sent again and again.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The longest expression.
const LONGEST_BYTES: usize = 4 * 1024;

/// How many texts are remembered. The cafe's store has some twenty.
const REMEMBERED: usize = 1_024;

/// What a text parses to. Placeholders are numbers within: places in these lists.
#[derive(Debug)]
pub(crate) struct Parsed<T> {
    /// `#name`s, each once.
    pub(crate) names: Vec<Box<str>>,
    /// `:value`s, each once.
    pub(crate) values: Vec<Box<str>>,
    pub(crate) tree: T,
}

/// The way to an attribute: the number of a name for every level.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Path(pub(crate) Vec<usize>);

#[derive(Debug)]
pub(crate) enum Condition {
    Compare(Operand, Comparator, Operand),
    Between(Operand, Operand, Operand),
    In(Operand, Vec<Operand>),
    Exists(Path),
    Missing(Path),
    BeginsWith(Path, Operand),
    Not(Box<Condition>),
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Operand {
    Path(Path),
    Value(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparator {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Default)]
pub(crate) struct Update {
    pub(crate) sets: Vec<(Path, Setting)>,
    pub(crate) removes: Vec<Path>,
}

#[derive(Debug)]
pub(crate) enum Setting {
    To(Term),
    Sum(Term, Term),
    Difference(Term, Term),
}

#[derive(Debug)]
pub(crate) enum Term {
    Path(Path),
    Value(usize),
    IfMissing(Path, Box<Term>),
}

/// Reads a `ConditionExpression` or a `KeyConditionExpression`.
pub(crate) fn condition(text: &str) -> Result<Rc<Parsed<Condition>>, String> {
    thread_local!(static BEFORE: Remembered<Condition> = const { Remembered::new(BTreeMap::new()) });
    BEFORE.with(|before| remembered(before, text))
}

/// Reads an `UpdateExpression`.
pub(crate) fn update(text: &str) -> Result<Rc<Parsed<Update>>, String> {
    thread_local!(static BEFORE: Remembered<Update> = const { Remembered::new(BTreeMap::new()) });
    BEFORE.with(|before| remembered(before, text))
}

type Remembered<T> = RefCell<BTreeMap<Box<str>, Rc<Parsed<T>>>>;

fn remembered<T: Grammar>(before: &Remembered<T>, text: &str) -> Result<Rc<Parsed<T>>, String> {
    let mut before = before.borrow_mut();
    if let Some(parsed) = before.get(text) {
        return Ok(Rc::clone(parsed));
    }
    if text.len() > LONGEST_BYTES {
        return Err("Expression size has exceeded the maximum allowed size".to_owned());
    }
    let mut parser = Parser { tokens: tokens(text)?, ..Parser::default() };
    if parser.tokens.is_empty() {
        return Err("The expression can not be empty;".to_owned());
    }
    let tree = T::parse(&mut parser)?;
    if parser.peek().is_some() {
        return Err(parser.unexpected());
    }
    let parsed = Rc::new(Parsed { names: parser.names, values: parser.values, tree });
    if before.len() >= REMEMBERED {
        before.clear();
    }
    before.insert(text.into(), Rc::clone(&parsed));
    Ok(parsed)
}

/// What a text can be parsed to.
trait Grammar: Sized {
    fn parse(parser: &mut Parser<'_>) -> Result<Self, String>;
}

impl Grammar for Condition {
    fn parse(parser: &mut Parser<'_>) -> Result<Condition, String> {
        parser.either()
    }
}

impl Grammar for Update {
    fn parse(parser: &mut Parser<'_>) -> Result<Update, String> {
        parser.update()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    /// `#name`
    Name(&'a str),
    /// `:value`
    Value(&'a str),
    /// A keyword, a function, or an attribute's name, which is refused later.
    Word(&'a str),
    /// Anything else.
    Sign(&'static str),
}

/// The longer before those that they begin with.
const SIGNS: &[&str] = &["<=", ">=", "<>", "<", ">", "=", "(", ")", ",", ".", "+", "-"];

fn tokens(text: &str) -> Result<Vec<Token<'_>>, String> {
    let is_word = |character: char| character.is_ascii_alphanumeric() || character == '_';
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let taken = if matches!(first, '#' | ':') || is_word(first) {
            let length = rest[1..].find(|character| !is_word(character)).map_or(rest.len(), |at| at + 1);
            let word = &rest[..length];
            tokens.push(match first {
                '#' | ':' if length == 1 => return Err(format!("Syntax error; token: {word:?}")),
                '#' => Token::Name(word),
                ':' => Token::Value(word),
                _ if first.is_ascii_digit() => return Err(format!("Syntax error; token: {word:?}")),
                _ => Token::Word(word),
            });
            length
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            tokens.push(Token::Sign(sign));
            sign.len()
        } else {
            return Err(format!("Syntax error; token: \"{first}\""));
        };
        rest = rest[taken..].trim_start();
    }
    Ok(tokens)
}

#[derive(Default)]
struct Parser<'a> {
    tokens: Vec<Token<'a>>,
    at: usize,
    /// Where the last parentheses that were closed opened and closed.
    group: Option<(usize, usize)>,
    names: Vec<Box<str>>,
    values: Vec<Box<str>>,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.at).copied()
    }

    fn unexpected(&self) -> String {
        match self.peek() {
            Some(Token::Name(text) | Token::Value(text) | Token::Word(text)) => {
                format!("Syntax error; token: {text:?}")
            }
            Some(Token::Sign(sign)) => format!("Syntax error; token: {sign:?}"),
            None => "Syntax error; token: \"<EOF>\"".to_owned(),
        }
    }

    /// Takes the next token if it is this.
    fn take(&mut self, sign: &str) -> bool {
        let is = self.peek().is_some_and(|token| matches!(token, Token::Sign(other) if other == sign));
        self.at += usize::from(is);
        is
    }

    /// Takes the next token if it is this keyword, in capitals or not.
    fn take_keyword(&mut self, keyword: &str) -> bool {
        let is = self
            .peek()
            .is_some_and(|token| matches!(token, Token::Word(word) if word.eq_ignore_ascii_case(keyword)));
        self.at += usize::from(is);
        is
    }

    fn expect(&mut self, sign: &str) -> Result<(), String> {
        if self.take(sign) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn either(&mut self) -> Result<Condition, String> {
        let mut condition = self.all()?;
        while self.take_keyword("OR") {
            condition = Condition::Or(Box::new(condition), Box::new(self.all()?));
        }
        Ok(condition)
    }

    fn all(&mut self) -> Result<Condition, String> {
        let mut condition = self.negated()?;
        while self.take_keyword("AND") {
            condition = Condition::And(Box::new(condition), Box::new(self.negated()?));
        }
        Ok(condition)
    }

    fn negated(&mut self) -> Result<Condition, String> {
        if self.take_keyword("NOT") {
            return Ok(Condition::Not(Box::new(self.negated()?)));
        }
        let opens = self.at;
        if self.take("(") {
            let condition = self.either()?;
            let closes = self.at;
            self.expect(")")?;
            if self.group == Some((opens + 1, closes - 1)) {
                return Err("The expression has redundant parentheses;".to_owned());
            }
            self.group = Some((opens, closes));
            return Ok(condition);
        }
        self.simple()
    }

    fn simple(&mut self) -> Result<Condition, String> {
        if let Some(Token::Word(function)) = self.peek() {
            if !matches!(function, "attribute_exists" | "attribute_not_exists" | "begins_with") {
                return Err(self.unexpected());
            }
            self.at += 1;
            self.expect("(")?;
            let path = self.path()?;
            let condition = match function {
                "attribute_exists" => Condition::Exists(path),
                "attribute_not_exists" => Condition::Missing(path),
                _ => {
                    self.expect(",")?;
                    Condition::BeginsWith(path, self.operand()?)
                }
            };
            self.expect(")")?;
            return Ok(condition);
        }
        let left = self.operand()?;
        if self.take_keyword("BETWEEN") {
            let lower = self.operand()?;
            if !self.take_keyword("AND") {
                return Err(self.unexpected());
            }
            return Ok(Condition::Between(left, lower, self.operand()?));
        }
        if self.take_keyword("IN") {
            self.expect("(")?;
            let mut operands = vec![self.operand()?];
            while self.take(",") {
                operands.push(self.operand()?);
            }
            self.expect(")")?;
            return Ok(Condition::In(left, operands));
        }
        let comparator = match self.peek() {
            Some(Token::Sign("=")) => Comparator::Equal,
            Some(Token::Sign("<>")) => Comparator::Unequal,
            Some(Token::Sign("<")) => Comparator::Less,
            Some(Token::Sign("<=")) => Comparator::LessOrEqual,
            Some(Token::Sign(">")) => Comparator::Greater,
            Some(Token::Sign(">=")) => Comparator::GreaterOrEqual,
            _ => return Err(self.unexpected()),
        };
        self.at += 1;
        Ok(Condition::Compare(left, comparator, self.operand()?))
    }

    fn operand(&mut self) -> Result<Operand, String> {
        match self.peek() {
            Some(Token::Value(value)) => Ok(Operand::Value(self.value(value))),
            _ => self.path().map(Operand::Path),
        }
    }

    fn value(&mut self, value: &str) -> usize {
        self.at += 1;
        number(&mut self.values, value)
    }

    fn path(&mut self) -> Result<Path, String> {
        let mut path = Vec::new();
        loop {
            let Some(Token::Name(name)) = self.peek() else { return Err(self.unexpected()) };
            self.at += 1;
            path.push(number(&mut self.names, name));
            if !self.take(".") {
                return Ok(Path(path));
            }
        }
    }

    fn update(&mut self) -> Result<Update, String> {
        let mut update = Update::default();
        while self.peek().is_some() {
            if update.sets.is_empty() && self.take_keyword("SET") {
                loop {
                    let path = self.path()?;
                    self.expect("=")?;
                    update.sets.push((path, self.setting()?));
                    if !self.take(",") {
                        break;
                    }
                }
            } else if update.removes.is_empty() && self.take_keyword("REMOVE") {
                loop {
                    update.removes.push(self.path()?);
                    if !self.take(",") {
                        break;
                    }
                }
            } else {
                return Err(self.unexpected());
            }
        }
        Ok(update)
    }

    fn setting(&mut self) -> Result<Setting, String> {
        let term = self.term()?;
        if self.take("+") {
            return Ok(Setting::Sum(term, self.term()?));
        }
        if self.take("-") {
            return Ok(Setting::Difference(term, self.term()?));
        }
        Ok(Setting::To(term))
    }

    fn term(&mut self) -> Result<Term, String> {
        match self.peek() {
            Some(Token::Value(value)) => Ok(Term::Value(self.value(value))),
            Some(Token::Word("if_not_exists")) => {
                self.at += 1;
                self.expect("(")?;
                let path = self.path()?;
                self.expect(",")?;
                let otherwise = Box::new(self.term()?);
                self.expect(")")?;
                Ok(Term::IfMissing(path, otherwise))
            }
            _ => self.path().map(Term::Path),
        }
    }
}

/// The place of `word` in `words`, where it is put if it was not there.
fn number(words: &mut Vec<Box<str>>, word: &str) -> usize {
    words.iter().position(|other| **other == *word).unwrap_or_else(|| {
        words.push(word.into());
        words.len() - 1
    })
}
