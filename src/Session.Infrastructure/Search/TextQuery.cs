using System.Buffers.Binary;
using System.Text;

namespace SessionService.Infrastructure.Search;

/// <summary>A condition that a text must meet to be found.</summary>
internal sealed class TextQuery
{
    private TextQuery(QueryNode root)
    {
        Root = root;
        var wanted = new HashSet<QueryNode.Word>();
        AddWanted(root, wanted);
        Wanted = [.. wanted];
    }

    public QueryNode Root { get; }

    /// <summary>The words that the query looks for, without those that it excludes.</summary>
    public IReadOnlyList<QueryNode.Word> Wanted { get; }

    /// <summary>
    /// Reads the result of <c>tsquerysend</c>; null where it is empty. The notation is Polish: the operator, its right operand, its left
    /// operand.
    /// </summary>
    public static TextQuery? Read(ReadOnlySpan<byte> sent)
    {
        var items = BinaryPrimitives.ReadInt32BigEndian(sent);
        sent = sent[sizeof(int)..];
        return items == 0 ? null : new TextQuery(ReadNode(ref sent));
    }

    /// <summary>The same query with others in place of its words.</summary>
    public TextQuery Map(Func<QueryNode.Term, QueryNode> replace) => new(Map(Root, replace));

    private static QueryNode Map(QueryNode node, Func<QueryNode.Term, QueryNode> replace) => node switch
    {
        QueryNode.Term term => replace(term),
        QueryNode.Not not => new QueryNode.Not(Map(not.Operand, replace)),
        QueryNode.And and => new QueryNode.And(Map(and.Left, replace), Map(and.Right, replace)),
        QueryNode.Or or => new QueryNode.Or(Map(or.Left, replace), Map(or.Right, replace)),
        QueryNode.Phrase phrase => new QueryNode.Phrase(Map(phrase.Left, replace), Map(phrase.Right, replace), phrase.Distance),
        _ => node,
    };

    private static QueryNode ReadNode(ref ReadOnlySpan<byte> sent)
    {
        const byte Value = 1;
        if (sent[0] == Value)
        {
            // Weight and prefix, which PostgreSQL's web searches cannot ask for, then the lexeme, ended by a zero.
            var end = sent[3..].IndexOf((byte)0);
            var lexeme = Encoding.UTF8.GetString(sent.Slice(3, end));
            sent = sent[(3 + end + 1)..];
            return new QueryNode.Term(lexeme);
        }

        var operation = sent[1];
        sent = sent[2..];
        switch (operation)
        {
            case 1:
                return new QueryNode.Not(ReadNode(ref sent));
            case 4:
                var distance = BinaryPrimitives.ReadInt16BigEndian(sent);
                sent = sent[sizeof(short)..];
                var last = ReadNode(ref sent);
                return new QueryNode.Phrase(ReadNode(ref sent), last, distance);
            default:
                var right = ReadNode(ref sent);
                var left = ReadNode(ref sent);
                return operation == 2 ? new QueryNode.And(left, right) : new QueryNode.Or(left, right);
        }
    }

    private static void AddWanted(QueryNode node, HashSet<QueryNode.Word> wanted)
    {
        switch (node)
        {
            case QueryNode.Word word:
                wanted.Add(word);
                break;
            case QueryNode.Pair pair:
                AddWanted(pair.Left, wanted);
                AddWanted(pair.Right, wanted);
                break;
        }
    }
}

internal abstract record QueryNode
{
    /// <summary>How many words lie between the first and the last word of a match.</summary>
    public virtual int Width => 0;

    public abstract record Word(string Text) : QueryNode
    {
        /// <summary>The first letter of the word.</summary>
        public char Begin => Text[0] == AnalyzedText.WrittenMark ? Text[1] : Text[0];

        public abstract bool Matches(string lexeme);
    }

    public sealed record Term(string Text) : Word(Text)
    {
        public override bool Matches(string lexeme) => string.Equals(lexeme, Text, StringComparison.Ordinal);
    }

    /// <summary>Any word that begins so, or whose lexeme does.</summary>
    public sealed record Prefix(string Text) : Word(Text)
    {
        public override bool Matches(string lexeme) =>
            lexeme.AsSpan(lexeme[0] == AnalyzedText.WrittenMark ? 1 : 0).StartsWith(Text, StringComparison.Ordinal);
    }

    public sealed record Not(QueryNode Operand) : QueryNode;

    public abstract record Pair(QueryNode Left, QueryNode Right) : QueryNode
    {
        public override int Width { get; } = Math.Max(Left.Width, Right.Width);
    }

    public sealed record And(QueryNode Left, QueryNode Right) : Pair(Left, Right);

    public sealed record Or(QueryNode Left, QueryNode Right) : Pair(Left, Right);

    /// <summary>The right one begins so many words after the left one ends.</summary>
    public sealed record Phrase(QueryNode Left, QueryNode Right, int Distance) : Pair(Left, Right)
    {
        public override int Width { get; } = Left.Width + Distance + Right.Width;
    }
}
