using System.ComponentModel.DataAnnotations;
using SessionService.Hosting.CrossOrigin;

namespace SessionService.UnitTests.Hosting;

public sealed class CrossOriginOptionsTests
{
    [Fact]
    public void By_default_no_page_of_another_origin_may_call() => Assert.Empty(new CrossOriginOptions().AllowedOrigins);

    [Theory]
    [InlineData("https://app.example.com", true)]
    [InlineData("http://localhost:3000", true)]
    [InlineData("https://[::1]:8443", true)]
    [InlineData("*", false)]
    [InlineData("https://*.example.com", false)]
    [InlineData("https://app.example.com/", false)]
    [InlineData("https://app.example.com:443", false)]
    [InlineData("https://App.example.com", false)]
    [InlineData("https://user@app.example.com", false)]
    [InlineData("ftp://app.example.com", false)]
    [InlineData("app.example.com", false)]
    [InlineData("null", false)]
    [InlineData("", false)]
    public void An_origin_is_given_as_a_browser_writes_it(string origin, bool valid)
    {
        var options = new CrossOriginOptions { AllowedOrigins = ["https://first.example.com", origin] };

        var failures = options.Validate(new ValidationContext(options)).ToList();

        Assert.Equal(valid, failures.Count == 0);
    }
}
